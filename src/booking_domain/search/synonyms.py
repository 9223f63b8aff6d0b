"""Words of styles, services and places that mean the same in English, Mongolian and Persian, as people type them.

A line is a group; one that ends in a comma goes on in the next. A phrase of several words matches only together. The
first one of each script is what pages call it, in the language that is written so.
Latin spellings of Mongolian and transliterations need no entry: see `words.keys_of`.
"""

from collections.abc import Mapping
from typing import Final

GROUPS: Final[tuple[tuple[str, ...], ...]] = tuple(
    tuple(each.strip() for each in line.split(","))
    for line in """\
tattoo, tattoos, tatoo, ink, шивээс, тату, تتو, تاتو, خالکوبی
tattooist, tattoo artist, tattooer, tattoo, шивээсчин, шивээсч, шивээс, تتو آرتیست, تتوکار, خالکوب, تتو
portrait, хөрөг, پرتره, چهره
realism, realistic, реализм, бодит, رئال, رئالیسم, واقع گرا
blackwork, black, хар, بلک ورک, سیاه
fine line, fineline, linework, нарийн зураас, зураасан, ظریف, خطی
geometric, geometry, геометр, هندسی
traditional, old school, уламжлалт, سنتی
japanese, irezumi, япон, ژاپنی
ornamental, ornament, ornaments, хээ, хээ угалз, تزئینی, نقش و نگار
watercolor, watercolour, усан будаг, آبرنگ
lettering, script, calligraphy, бичиг, үсгэн, خوشنویسی, خط
minimal, minimalist, минимал, مینیمال
cover up, coverup, нөхөх, дарах, کاور
piercing, pierce, piercer, цоолох, нүхлэх, пирсинг, پیرسینگ, پیرسر
hair, үс, مو
haircut, hair cut, cut, trim, fade, үс засах, үс засалт, үсчлэл, тайралт, کوتاهی مو, کوتاهی, کوتاهی موی, اصلاح,
اصلاح سر
hairdresser, hair stylist, stylist, hair salon, үсчин, үсний салон, үсчин гоо сайхан, آرایشگر, آرایشگر مو, سالن مو
barber, barbershop, barber shop, men haircut, эрэгтэй үсчин, эрэгтэй үс засалт, барбер, آرایشگاه مردانه, باربر
coloring, colouring, color, colour, hair color, hair colour, dye, өнгө, будах, үс будах, رنگ, رنگ مو
highlights, balayage, балаяж, мелир, هایلایت, بالیاژ, مش
straightening, keratin, шулуулах, кератин, صافی, کراتین
perm, waves, буржгар, хими, فر
blow dry, blowout, styling, сэнсдүүлэх, سشوار, براشینگ
braids, braiding, cornrows, сүлжээ, сүлжих, بافت مو, بافت
beard, shave, shaving, сахал, ریش, اصلاح صورت
nails, nail, manicure, manicurist, nail artist, nail salon, nail tech, хумс, хумсны салон, хумсчин, маникюр,
маникюрчин, ناخن, ناخن کار, مانیکور, مانیکوریست
pedicure, pedi, педикюр, хөлийн хумс, پدیکور
nail art, хумсны зураг, طراحی ناخن
gel, gel nails, gel manicure, shellac, гель, гель лак, ژل, ژلیش
eyelashes, lashes, lash, eyelash extensions, сормуус, مژه, اکستنشن مژه
brows, eyebrows, eyebrow, brow, microblading, хөмсөг, микроблейдинг, ابرو, میکروبلیدینگ
makeup, make up, makeup artist, make up artist, mua, нүүр будалт, будалт, макияж, визажист, میکاپ, میکاپ آرتیست,
آرایش, گریم
bride, bridal, wedding, сүй бүсгүй, сүй бүсгүйн, хурим, хуримын, عروس, عروسی
massage, masseuse, masseur, massage therapist, массаж, массажист, бариа, бариа засал, бариач, ماساژ, ماساژور
spa, спа, اسپا
facial, skin, skincare, skin care, арьс, арьс арчилгаа, нүүр цэвэрлэгээ, нүүрний цэвэрлэгээ, پوست, پوست صورت,
پاکسازی, پاکسازی پوست, فیشیال
waxing, wax, hair removal, epilation, вакс, үс авах, шугаринг, sugaring, وکس, اپیلاسیون, موم
laser, лазер, لیزر
beauty, cosmetics, cosmetology, гоо сайхан, гоо заслын, زیبایی, آرایشی
salon, beauty salon, beauty parlour, салон, гоо сайхны салон, سالن, سالن زیبایی, آرایشگاه, آرایشگاه زنانه
studio, студи, استودیو, آتلیه
children, childrens, kids, kid, child, хүүхэд, хүүхдийн, کودک, کودکان, بچه, بچگانه
women, woman, ladies, lady, female, эмэгтэй, бүсгүй, زنانه, بانوان, خانم, خانمها
men, man, gents, gentlemen, male, эрэгтэй, مردانه, آقایان, آقا
consultation, consult, зөвлөгөө, مشاوره
yoga, йог, йога, یوگا
pregnancy, pregnant, prenatal, maternity, жирэмсэн, жирэмсний, بارداری, باردار
dentist, dental, teeth, шүдний эмч, шүдний эмчилгээ, шүдний эмнэлэг, шүд, دندانپزشک, دندانپزشکی, دندان
doctor, clinic, эмч, эмнэлэг, دکتر, پزشک, کلینیک
photographer, photo, photography, photoshoot, гэрэл зураг, зураг авах, зурагчин, фото, عکاس, عکاسی, عکس
trainer, personal trainer, training, coach, gym, fitness, workout, дасгалжуулагч, фитнес, фитнесс, مربی,
مربی بدنسازی, باشگاه, فیتنس, بدنسازی
ulaanbaatar, ulan bator, ub, улаанбаатар
sukhbaatar, сүхбаатар, сүхбаатар дүүрэг, сбд
khan uul, хан уул, хан уул дүүрэг, худ
bayanzurkh, баянзүрх, баянзүрх дүүрэг, бзд
bayangol, баянгол, баянгол дүүрэг, бгд
chingeltei, чингэлтэй, чингэлтэй дүүрэг, чд
songinokhairkhan, сонгинохайрхан, сонгинохайрхан дүүрэг, схд
tehran, тегеран, تهران, طهران
london, лондон, لندن
""".replace(",\n", ", ").splitlines()
)
WIDER: Final[Mapping[str, tuple[str, ...]]] = {
    "hairdresser": ("haircut", "coloring", "highlights", "straightening", "perm", "blow dry", "braids"),
    "salon": ("hairdresser", "haircut", "coloring", "highlights", "straightening", "perm", "blow dry", "braids"),
    "spa": ("massage", "facial"),
    "photographer": ("portrait",),
}
"""What somebody means as well who searches for the first. Whoever searches for one of the others does not mean it."""
FILLERS: Final = (
    "a an and at best cheap cheapest close closest for good in me my near nearby nearest of or s the to top with",
    "ба болон бол вэ газар гоё дээр ойр ойрхон сайн сайхан хаана хамгийн хийдэг хийлгэх хийх хямд шилдэг юу",
    "gazar goyo hamgiin hamgin hiideg hiilgeh hiih hyamd oir oirhon oirkhon saihan sain shildeg",
    "از ارزان ارزون با برای بهترین تو حرفه خوب در را عالی من نزدیک نزدیکترین و",
)
"""Words that say nothing about whom somebody searches for, beside others that do; `s` is that of `women's`."""
