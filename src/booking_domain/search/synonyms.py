"""Words of styles and services that mean the same in English, Mongolian and Persian, by the letters that people type.

A line is a group. A phrase of several words matches only together. Latin spellings of Mongolian and transliterations
need no entry: see `words.keys_of`.
"""

from typing import Final

GROUPS: Final[tuple[tuple[str, ...], ...]] = tuple(
    tuple(each.strip() for each in line.split(","))
    for line in """\
tattoo, tattoos, tatoo, ink, шивээс, тату, تتو, تاتو, خالکوبی
tattooist, tattoo artist, шивээсчин, шивээсч, تتو آرتیست, خالکوب
portrait, хөрөг, پرتره, چهره
realism, realistic, реализм, бодит, رئال, رئالیسم, واقع گرا
blackwork, black, хар, سیاه, بلک ورک
fineline, fine line, linework, зураасан, нарийн зураас, خطی, ظریف
geometric, geometry, геометр, هندسی
traditional, old school, уламжлалт, سنتی
japanese, irezumi, япон, ژاپنی
watercolor, watercolour, усан будаг, آبرنگ
lettering, script, calligraphy, бичиг, үсгэн, خوشنویسی, خط
minimal, minimalist, минимал, مینیمال
cover up, coverup, нөхөх, дарах, کاور
piercing, pierce, цоолох, нүхлэх, پیرسینگ
hair, үс, مو
haircut, hair cut, cut, үс засах, үсчлэл, тайралт, کوتاهی, کوتاهی مو, اصلاح
hairdresser, hair stylist, stylist, hair, haircut, үсчин, үс засах, آرایشگر, آرایشگر مو
barber, barbershop, barber shop, эрэгтэй үсчин, эрэгтэй үс засалт, барбер, آرایشگاه مردانه, باربر
coloring, colouring, color, colour, hair color, hair colour, dye, будах, үс будах, өнгө, رنگ, رنگ مو
highlights, balayage, балаяж, мелир, هایلایت, بالیاژ, مش
straightening, keratin, шулуулах, кератин, صافی, کراتین
perm, waves, буржгар, хими, فر
blow dry, blowout, styling, засалт, سشوار, براشینگ
beard, shave, shaving, сахал, ریش, اصلاح صورت
nails, nail, manicure, хумс, маникюр, ناخن, مانیکور
pedicure, педикюр, хөлийн хумс, پدیکور
gel, gel nails, гель, ژل, ژلیش
eyelashes, lashes, lash, eyelash extensions, сормуус, مژه, اکستنشن مژه
brows, eyebrows, brow, microblading, хөмсөг, микроблейдинг, ابرو, میکروبلیدینگ
makeup, make up, нүүр будалт, будалт, макияж, میکاپ, آرایش, گریم
bride, bridal, wedding, сүй бүсгүй, хурим, عروس, عروسی
massage, массаж, бариа, бариа засал, ماساژ
spa, спа, اسپا
facial, skin, skincare, skin care, арьс, арьс арчилгаа, нүүрний цэвэрлэгээ, پوست, پاکسازی, فیشیال
waxing, wax, hair removal, epilation, вакс, үс авах, шугаринг, sugaring, وکس, اپیلاسیون, موم
laser, лазер, لیزر
beauty, cosmetics, cosmetology, гоо сайхан, гоо заслын, زیبایی, آرایشی
salon, beauty salon, салон, гоо сайхны салон, سالن, سالن زیبایی, آرایشگاه
studio, студи, استودیو, آتلیه
children, kids, child, хүүхэд, کودک, بچه
women, woman, ladies, эмэгтэй, زنانه, بانوان
men, man, gentlemen, эрэгтэй, مردانه, آقایان
consultation, consult, зөвлөгөө, مشاوره
yoga, йог, یوگا
dentist, dental, шүдний эмч, шүд, دندانپزشک, دندان
doctor, clinic, эмч, эмнэлэг, دکتر, پزشک, کلینیک
photographer, photo, гэрэл зураг, зурагчин, عکاس, عکاسی
trainer, fitness, дасгалжуулагч, фитнес, مربی, فیتنس, بدنسازی
""".splitlines()
)
