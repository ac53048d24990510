"""The words simulated businesses are made of: names, streets, addresses, phone numbers and what people say."""

import random
from collections.abc import Mapping
from functools import lru_cache

import phonenumbers
from babel import Locale
from phonenumbers import PhoneNumberFormat

STREETS: Mapping[str, tuple[str, ...]] = {
    "US": ("Oak St", "Main St", "Maple Ave", "Cedar Ln", "Lake Dr", "Hill Rd", "Sunset Blvd", "Elm St", "Congress Ave"),
    "GB": ("High Street", "Station Road", "Church Lane", "Victoria Road", "King Street", "Queens Road", "Mill Lane"),
    "DE": ("Hauptstraße", "Bahnhofstraße", "Gartenweg", "Lindenallee", "Schulstraße", "Goethestraße", "Ringstraße"),
    "BR": ("R. das Flores", "Av. Brasil", "R. São João", "Av. Paulista", "R. Sete de Setembro", "R. da Paz"),
    "PL": ("ul. Polna", "ul. Leśna", "ul. Słoneczna", "ul. Krótka", "ul. Szkolna", "al. Jana Pawła II"),
    "ES": ("Calle Mayor", "Calle Real", "Avenida de la Constitución", "Plaza de España", "Calle del Sol"),
    "MX": ("Av. Juárez", "Calle Hidalgo", "Av. Reforma", "Calle Morelos", "Av. Insurgentes"),
    "FR": ("Rue de la Paix", "Rue Victor Hugo", "Avenue de la République", "Rue du Moulin", "Place de l'Église"),
    "IN": ("MG Road", "Station Road", "Nehru Street", "Gandhi Nagar", "Park Street", "Lake View Road"),
    "TH": ("Sukhumvit Rd", "Rama IV Rd", "Silom Rd", "Phetchaburi Rd", "Ratchadaphisek Rd"),
    "AE": ("Sheikh Zayed Rd", "Al Wasl Rd", "Jumeirah Beach Rd", "Al Maktoum St", "Al Reem St"),
}
FIRST = (
    "Harbor", "Summit", "Juniper", "Copper", "Willow", "Falcon", "Marigold", "Cobalt", "Granite", "Lantern", "Prairie",
    "Saffron", "Timber", "Velvet", "Zephyr", "Anchor", "Beacon", "Cardinal", "Domino", "Ember", "Foxglove", "Garnet",
    "Heron", "Indigo", "Jasper", "Kestrel", "Lotus", "Meridian", "Nimbus", "Orchid", "Pioneer", "Quarry", "Raven",
    "Sequoia", "Topaz", "Umbra", "Violet", "Walnut", "Yarrow", "Almond", "Birch", "Cypress", "Dahlia", "Everest",
    "Fern", "Glacier", "Hazel", "Iris", "Jade", "Kiwi", "Laurel", "Mango", "Nectar", "Opal", "Pebble", "Quill",
    "Rosemary", "Silver", "Tulip", "Urban", "Vista",
)  # fmt: skip
SECOND: Mapping[str, tuple[str, ...]] = {
    "": (
        "Abbott", "Baker", "Carter", "Dawson", "Ellis", "Foster", "Grant", "Hughes", "Irving", "Jensen", "Keller",
        "Lopez", "Mercer", "Nolan", "Owens", "Parker", "Quinn", "Reyes", "Sawyer", "Turner", "Underhill", "Vargas",
        "Walker", "Young", "Zimmer", "Archer", "Bishop", "Castle", "Drake", "Emerson", "Finch",
    ),
    "DE": ("Müller", "Schmidt", "Weber", "Fischer", "Becker", "Hoffmann", "Schäfer", "Koch", "Richter", "Klein"),
    "BR": ("Silva", "Souza", "Oliveira", "Lima", "Costa", "Araújo", "Ribeiro", "Barbosa", "Cardoso", "Rocha", "Dias"),
    "PL": ("Nowak", "Kowalski", "Wiśniewski", "Wójcik", "Kamiński", "Zieliński", "Szymański", "Dąbrowski", "Mazur"),
    "ES": ("García", "Fernández", "Gómez", "Ruiz", "Navarro", "Torres", "Ramos", "Vázquez", "Serrano", "Molina"),
    "MX": ("Hernández", "Martínez", "Ramírez", "Flores", "Cruz", "Morales", "Gutiérrez", "Chávez", "Mendoza"),
    "FR": ("Martin", "Bernard", "Dubois", "Petit", "Durand", "Leroy", "Moreau", "Fournier", "Girard", "Mercier"),
    "IN": ("Sharma", "Patel", "Gupta", "Reddy", "Iyer", "Singh", "Mehta", "Nair", "Khan", "Das", "Kapoor", "Joshi"),
    "TH": ("Somchai", "Anong", "Kittisak", "Malee", "Niran", "Pranee", "Sunan", "Wichai", "Araya", "Chai"),
    "AE": ("Al Noor", "Al Fajr", "Al Safa", "Al Barsha", "Al Reem", "Al Waha", "Al Manara", "Al Hamra", "Al Qasr"),
}  # fmt: skip
REMARKS: Mapping[int, tuple[str, ...]] = {
    5: (
        "Friendly and quick, will come again.",
        "Best in town!",
        "They solved it the same day.",
        "Spotless and kind.",
        "",
    ),
    4: ("Good work, a little pricey.", "Nice people, short wait.", "Solid service.", "Would recommend."),
    3: ("It was fine.", "Average, nothing special.", "Good work but late."),
    2: ("Had to call three times.", "Slow and expensive.", "Not what we agreed."),
    1: ("Nobody answered the phone.", "Never again.", "They did not show up."),
}
_RESERVED: Mapping[str, tuple[str, int]] = {
    "US": ("555", 7), "CA": ("555", 7), "GB": ("1632", 6), "DE": ("3023125", 6),
}  # fmt: skip
"""Country → what nobody's number begins with and how many digits follow: area codes that were never given out (North
America: 555, Britain: 01632), and numbers kept free for films (Germany: Bundesnetzagentur). Elsewhere a number is taken
that has the right length and belongs to no plan."""
_BUILDING_FIRST = ("US", "CA", "GB", "AU", "NZ", "IE", "ZA", "IN", "SG", "TH", "FR", "AE")


def name_of(number: int, label: str, country: str, dice: random.Random) -> str:
    """What a shop is called; up to about 1,800 numbers in a row have names of their own."""
    seconds = SECOND.get(country, ()) + SECOND[""]
    first, second = FIRST[number % len(FIRST)], seconds[number // len(FIRST) % len(seconds)]
    return dice.choice((f"{first} {second} {label}", f"{second} {first} {label}", f"{first} & {second} {label}"))


def street_of(country: str, dice: random.Random) -> str:
    """House number and street in the order of the country."""
    street = dice.choice(STREETS.get(country, STREETS["US"]))
    number = dice.randint(1, 9999 if country in ("US", "CA") else 240)
    if country in _BUILDING_FIRST:
        return f"{number} {street}"
    return f"{street}, {number}" if country in ("BR", "ES", "PT", "IT") else f"{street} {number}"


def address_of(street: str, city: str, state: str, postal_code: str, country: str) -> str:
    """One line, as the maps of the country show it to English readers."""
    if country == "US":
        return f"{street}, {city}, {state} {postal_code}".rstrip()
    nation = str(Locale("en").territories[country])
    if country == "CA":
        return f"{street}, {city}, {state} {postal_code}, {nation}"
    if country in ("GB", "IN", "TH", "AU", "IE", "AE"):
        place = f"{city} {postal_code}".strip()
    elif country == "BR":
        place = ", ".join(filter(None, [f"{city} - {state}" if state else city, postal_code]))
    else:
        place = f"{postal_code} {city}".strip()
    return f"{street}, {place}, {nation}"


def phone_of(number: int, country: str) -> tuple[str, str]:
    """The E.164 and the national form of a number nobody has; different for different `number` where there is room."""
    prefix, width = _free_range(country)
    text = f"{prefix}{number % 10**width:0{width}d}"
    if country in ("US", "CA"):
        text = f"{prefix}{2 + number % 8}{number // 8 % 10**6:06d}"
    code = phonenumbers.country_code_for_region(country)
    parsed = phonenumbers.PhoneNumber(country_code=code, national_number=int(text))
    national = f"({text[:3]}) {text[3:6]}-{text[6:]}" if code == 1 else _national(parsed)
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164), national


def international(phone: str) -> str:
    """An E.164 number with spaces."""
    return str(phonenumbers.format_number(phonenumbers.parse(phone), PhoneNumberFormat.INTERNATIONAL))


def _national(number: phonenumbers.PhoneNumber) -> str:
    return str(phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL))


@lru_cache(maxsize=256)
def _free_range(country: str) -> tuple[str, int]:
    if country in _RESERVED:
        return _RESERVED[country]
    example = phonenumbers.example_number(country)
    code = phonenumbers.country_code_for_region(country)
    length = len(str(example.national_number)) if example else 9
    for prefix in ("10", "11", "12", "15", "19", "20", "30", "40", "50", "55", "60", "70", "80", "90"):
        number = phonenumbers.PhoneNumber(country_code=code, national_number=int(prefix + "5" * (length - 2)))
        if _is_free(number, country):
            return prefix, length - 2
    return "1", length - 1


def _is_free(number: phonenumbers.PhoneNumber, country: str) -> bool:
    """True when the number could be dialled by its length, survives being written and read, and belongs to no plan."""
    if phonenumbers.is_valid_number(number):
        return False
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return False
    return bool(phonenumbers.parse(_national(number), country) == number)
