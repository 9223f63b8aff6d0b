"""What the people of a city are called, what they offer, and where they are."""

from typing import Final, NamedTuple


class Town(NamedTuple):
    """A city, and how often a provider is there."""

    name: str
    lat: float
    lon: float
    spread: float
    """In degrees: how far from the centre two of three are."""
    zone: str
    currency: str
    language: str
    share: int


class Offer(NamedTuple):
    """A service in three languages."""

    names: tuple[str, str, str]
    minutes: tuple[int, ...]
    price: int
    """In thousands of tögrög."""


class Trade(NamedTuple):
    """What a provider does, in three languages."""

    category: tuple[str, str, str]
    brands: tuple[str, str, str]
    styles: tuple[str, ...]
    offers: tuple[Offer, ...]
    share: int


LANGUAGES: Final = ("mn", "en", "fa")
TOWNS: Final = (
    Town("Улаанбаатар", 47.9184, 106.9177, 0.05, "Asia/Ulaanbaatar", "MNT", "mn", 66),
    Town("Дархан", 49.4867, 105.9228, 0.02, "Asia/Ulaanbaatar", "MNT", "mn", 6),
    Town("Эрдэнэт", 49.0278, 104.0444, 0.02, "Asia/Ulaanbaatar", "MNT", "mn", 6),
    Town("Ховд", 48.0056, 91.6419, 0.015, "Asia/Hovd", "MNT", "mn", 2),
    Town("London", 51.5074, -0.1278, 0.1, "Europe/London", "GBP", "en", 10),
    Town("تهران", 35.6892, 51.389, 0.08, "Asia/Tehran", "USD", "fa", 10),
)
PRICE_DIVISOR: Final = {"MNT": 1, "GBP": 4_000, "USD": 3_500}
BEGINNINGS: Final = {
    "mn": [
        "Бат",
        "Болд",
        "Ган",
        "Мөнх",
        "Энх",
        "Түмэн",
        "Алтан",
        "Наран",
        "Саран",
        "Цэнд",
        "Дорж",
        "Ням",
        "Оюун",
        "Пүрэв",
        "Сүх",
        "Төр",
        "Хүрэл",
        "Чулуун",
        "Эрдэнэ",
        "Уянга",
    ],
    "en": [
        "Amber",
        "Blake",
        "Clare",
        "Dale",
        "Ever",
        "Fern",
        "Grace",
        "Hart",
        "Ivy",
        "Jade",
        "Kings",
        "Lane",
        "Mill",
        "North",
        "Oak",
        "Pearl",
        "Rose",
        "Stone",
        "Thorn",
        "Wood",
    ],
    "fa": [
        "گل",
        "مه",
        "شیر",
        "پری",
        "نیک",
        "فر",
        "جهان",
        "دل",
        "نو",
        "بهار",
        "رو",
        "ماه",
        "آذر",
        "سپه",
        "کی",
        "هما",
        "ایران",
        "خوش",
        "شاد",
        "مهر",
    ],
}
ENDINGS: Final = {
    "mn": [
        "бат",
        "баяр",
        "болд",
        "бүрэн",
        "гэрэл",
        "далай",
        "жаргал",
        "зул",
        "заяа",
        "мөнх",
        "мандах",
        "нямаа",
        "сайхан",
        "сүрэн",
        "тулга",
        "хуяг",
        "цэцэг",
        "чимэг",
        "эрдэнэ",
        "ундрах",
    ],
    "en": [
        "brook",
        "bury",
        "dale",
        "field",
        "ford",
        "gate",
        "ham",
        "hill",
        "land",
        "ley",
        "mere",
        "more",
        "ridge",
        "shaw",
        "son",
        "stead",
        "ton",
        "well",
        "wick",
        "worth",
    ],
    "fa": [
        "ناز",
        "رخ",
        "چهر",
        "زاد",
        "بخت",
        "آرا",
        "افروز",
        "بانو",
        "پور",
        "دخت",
        "سا",
        "سیما",
        "شید",
        "فام",
        "گون",
        "لقا",
        "مند",
        "نوش",
        "وش",
        "یار",
    ],
}
SYLLABLES: Final = [
    "ba",
    "bo",
    "da",
    "do",
    "ga",
    "ka",
    "ki",
    "la",
    "lo",
    "lu",
    "ma",
    "mi",
    "na",
    "no",
    "pa",
    "ra",
    "ri",
    "sa",
    "so",
    "ta",
    "to",
    "va",
    "ya",
    "za",
    "ze",
]
STREETS: Final = {
    "mn": [
        "Энх тайвны өргөн чөлөө",
        "Сөүлийн гудамж",
        "Олимпийн гудамж",
        "Чингисийн өргөн чөлөө",
        "Их сургуулийн гудамж",
    ],
    "en": ["Peace Avenue", "Seoul Street", "High Street", "Station Road", "Church Lane"],
    "fa": ["خیابان ولیعصر", "خیابان انقلاب", "خیابان شریعتی", "بلوار کشاورز", "کوچه بهار"],
}
BIOS: Final = {
    "mn": [
        "Арван жилийн туршлагатай. Цэвэрхэн, тухтай орчинд таныг хүлээж байна.",
        "Захиалгаар ажиллана.",
        "Материал бүгд шинэ.",
    ],
    "en": [
        "Ten years of experience, in a calm and clean place.",
        "By appointment.",
        "All materials are new, and all are gentle.",
    ],
    "fa": ["ده سال تجربه در محیطی آرام و تمیز.", "فقط با وقت قبلی.", "همهٔ مواد تازه و ملایم هستند."],
}
REVIEWS: Final = (
    *(
        "Maш гоё болсон, баярлалаа",
        "Цаг барьдаг, цэвэрхэн.",
        "Дахин ирнэ.",
        "Удаан хүлээсэн.",
        "Exactly what I wanted.",
    ),
    *("Friendly, and on time.", "A little rushed.", "عالی بود، ممنون", "تمیز و سروقت.", ""),
)
TRADES: Final = (
    Trade(
        ("Үсчин", "Hair", "مو"),
        ("үсчин", "hair studio", "سالن مو"),
        ("classic", "modern", "curly", "balayage", "fade", "bridal"),
        (
            Offer(("Эмэгтэй үс засалт", "Women's haircut", "کوتاهی زنانه"), (45, 60), 35),
            Offer(("Эрэгтэй үс засалт", "Men's haircut", "کوتاهی مردانه"), (30, 45), 25),
            Offer(("Хүүхдийн үс засалт", "Children's haircut", "کوتاهی کودک"), (30,), 18),
            Offer(("Үс будалт", "Colouring", "رنگ مو"), (90, 120), 120),
            Offer(("Балаяж", "Balayage", "بالیاژ"), (120,), 180),
            Offer(("Кератин", "Keratin treatment", "کراتین مو"), (120,), 150),
            Offer(("Сэнсдүүлэх", "Blow dry", "سشوار"), (30,), 20),
            Offer(("Сүлжилт", "Braids", "بافت مو"), (60, 90), 60),
            Offer(("Хуримын засалт", "Bridal styling", "شینیون عروس"), (120,), 200),
            Offer(("Эмчилгээ", "Hair treatment", "ماسک مو"), (30, 45), 45),
            Offer(("Хими", "Perm", "فر مو"), (120,), 110),
            Offer(("Зөвлөгөө", "Consultation", "مشاوره"), (15, 30), 10),
        ),
        34,
    ),
    Trade(
        ("Хумс", "Nails", "ناخن"),
        ("хумсны салон", "nail bar", "ناخن"),
        ("french", "gel", "ombre", "minimal", "classic"),
        (
            Offer(("Маникюр", "Manicure", "مانیکور"), (45, 60), 30),
            Offer(("Педикюр", "Pedicure", "پدیکور"), (60,), 40),
            Offer(("Гель лак", "Gel polish", "ژلیش"), (60,), 45),
            Offer(("Гель хумс", "Gel nails", "ژل ناخن"), (90, 120), 80),
            Offer(("Франц маникюр", "French manicure", "مانیکور فرنچ"), (60,), 50),
            Offer(("Хумсны чимэглэл", "Nail art", "طراحی ناخن"), (30,), 25),
            Offer(("Лак арилгах", "Polish removal", "پاک کردن لاک"), (15, 30), 10),
            Offer(("Засвар", "Repair", "ترمیم ناخن"), (30,), 15),
            Offer(("Парафин", "Paraffin care", "پارافین دست"), (30,), 30),
            Offer(("Эрэгтэй маникюр", "Men's manicure", "مانیکور مردانه"), (30, 45), 25),
            Offer(("Багц үйлчилгээ", "Hands and feet", "دست و پا"), (120,), 75),
            Offer(("Хүүхдийн маникюр", "Children's manicure", "مانیکور کودک"), (30,), 15),
        ),
        22,
    ),
    Trade(
        ("Шивээс", "Tattoos", "تتو"),
        ("шивээс", "tattoo", "تتو"),
        ("fine line", "realism", "japanese", "traditional", "geometric", "watercolour", "lettering", "blackwork"),
        (
            Offer(("Жижиг шивээс", "Small tattoo", "تتوی کوچک"), (60,), 120),
            Offer(("Дунд шивээс", "Medium tattoo", "تتوی متوسط"), (120,), 260),
            Offer(("Хагас өдөр", "Half-day session", "نیم روز"), (120,), 450),
            Offer(("Засвар", "Touch-up", "ترمیم تتو"), (30, 45), 40),
            Offer(("Зөвлөгөө", "Consultation", "مشاوره"), (30,), 15),
            Offer(("Хөрөг", "Portrait", "پرتره"), (120,), 500),
            Offer(("Бичээс", "Lettering", "خوشنویسی"), (60, 90), 150),
            Offer(("Хуучин шивээс дарах", "Cover-up", "کاور تتو"), (120,), 400),
            Offer(("Цоолох", "Piercing", "پیرسینگ"), (15, 30), 50),
            Offer(("Загвар зурах", "Custom sketch", "طراحی اختصاصی"), (60,), 60),
            Offer(("Хос шивээс", "Matching tattoos", "تتوی ست"), (90,), 200),
            Offer(("Флаш", "Flash tattoo", "فلش تتو"), (60,), 90),
        ),
        14,
    ),
    Trade(
        ("Гоо сайхан", "Beauty", "زیبایی"),
        ("гоо сайхан", "beauty", "زیبایی"),
        ("natural", "glam", "bridal", "lifting"),
        (
            Offer(("Нүүр будалт", "Make-up", "میکاپ"), (60, 90), 80),
            Offer(("Хуримын будалт", "Bridal make-up", "میکاپ عروس"), (120,), 200),
            Offer(("Сормуус", "Eyelash extensions", "اکستنشن مژه"), (90, 120), 70),
            Offer(("Хөмсөг", "Brow shaping", "اصلاح ابرو"), (30,), 20),
            Offer(("Микроблейдинг", "Microblading", "میکروبلیدینگ"), (120,), 250),
            Offer(("Нүүр цэвэрлэгээ", "Facial", "پاکسازی پوست"), (60,), 75),
            Offer(("Вакс", "Waxing", "وکس"), (30, 45), 35),
            Offer(("Лазер", "Laser hair removal", "لیزر موهای زائد"), (60,), 120),
            Offer(("Хальслалт", "Peeling", "لایه برداری"), (45,), 85),
            Offer(("Сормуус эргүүлэх", "Lash lift", "لیفت مژه"), (60,), 50),
            Offer(("Маск", "Face mask", "ماسک صورت"), (30,), 30),
            Offer(("Арьсны зөвлөгөө", "Skin consultation", "مشاوره پوست"), (30,), 15),
        ),
        18,
    ),
    Trade(
        ("Массаж", "Massage", "ماساژ"),
        ("массаж", "spa", "اسپا"),
        ("thai", "deep tissue", "relaxing", "sports"),
        (
            Offer(("Бүтэн биеийн массаж", "Full body massage", "ماساژ کامل"), (60, 90), 90),
            Offer(("Нурууны массаж", "Back massage", "ماساژ کمر"), (30, 45), 50),
            Offer(("Тай массаж", "Thai massage", "ماساژ تایلندی"), (90,), 120),
            Offer(("Хөлийн массаж", "Foot massage", "ماساژ پا"), (30, 45), 40),
            Offer(("Халуун чулуу", "Hot stones", "ماساژ سنگ داغ"), (90,), 130),
            Offer(("Спортын массаж", "Sports massage", "ماساژ ورزشی"), (60,), 95),
            Offer(("Жирэмсний массаж", "Pregnancy massage", "ماساژ بارداری"), (60,), 85),
            Offer(("Толгойн массаж", "Head massage", "ماساژ سر"), (30,), 35),
            Offer(("Бариа засал", "Bone setting", "ماساژ درمانی"), (60,), 70),
            Offer(("Хосын массаж", "Massage for two", "ماساژ دونفره"), (90,), 200),
            Offer(("Саун", "Sauna", "سونا"), (60,), 40),
            Offer(("Биеийн скраб", "Body scrub", "اسکراب بدن"), (45,), 60),
        ),
        12,
    ),
)
