"""Words whose change changes what a sentence says: numbers, scales, units, days, months, negations, opposites."""

from __future__ import annotations

from collections.abc import Mapping


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NUMBER_WORDS = {
    "en": "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen twenty",
    "de": "null ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn"
    " siebzehn achtzehn neunzehn zwanzig",
    "fr": "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize",
    "es": "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis",
    "it": "zero uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici",
    "nl": "nul een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien",
    "pt": "zero um dois três quatro cinco seis sete oito nove dez onze doze treze catorze quinze dezasseis",
    "pl": "zero jeden dwa trzy cztery pięć sześć siedem osiem dziewięć dziesięć jedenaście dwanaście trzynaście",
}
_TENS = {
    "en": "twenty thirty forty fifty sixty seventy eighty ninety",
    "de": "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig",
    "fr": "vingt trente quarante cinquante soixante",
    "es": "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa",
}
#: Articles of these languages are number words, too.
_ARTICLES = _words("a an ein eine einen einem einer un une uno una um uma een one")
_SCALES = {
    "hundred hundreds hundert centaines cent cientos cien": 1e2,
    "thousand thousands tausend tausende tsd mille milliers mil miles duizend mila": 1e3,
    "million millions millionen mio mn m millón millones milione milioni miljoen milhão milhões milion miliony"
    " milionów mln": 1e6,
    "billion billions bn milliarde milliarden mrd milliard milliards miliardo miliardi miljard mld": 1e9,
    "trillion trillions tn billionen": 1e12,
}
_OPPOSITES = """
rose fell|rise fall|rises falls|rising falling|up down|increase decrease|increased decreased|increases decreases
|gained lost|won lost|win lose|winning losing|more less|more fewer|higher lower|highest lowest|above below|before after
|north south|east west|northern southern|eastern western|first last|largest smallest|oldest youngest|older younger
|some most|half third
|dozens hundreds|hundreds thousands|tens hundreds|approved rejected|accepted rejected
|guilty innocent|convicted acquitted|convicted charged|charged acquitted
|charged arrested|convicted accused|killed injured|dead injured|died survived|deaths injuries|deaths infections
|infections deaths|alive dead|mother father|son daughter|brother sister|husband wife|his her|he she|man woman|men women
|boy girl|male female|left right|public private|legal illegal|for against|all most|all some|none some|always never
|buy sell|bought sold|import export|imports exports|employee contractor|democrat republican|democratic republican
|democrats republicans|senator representative|senate house|import export|former current|incumbent former
|million billion|percent points|percentage percent
|stieg fiel|stiegen fielen|steigt fällt|steigen fallen|mehr weniger|höher niedriger|vor nach|über unter|nord süd
|nördlich südlich|östlich westlich|gewann verlor|gewonnen verloren|gestiegen gefallen|gestiegen gesunken
|stieg sank|tote verletzte|toten verletzten|getötet verletzt|angeklagt verurteilt|verurteilt freigesprochen
|vater mutter|sohn tochter|bruder schwester|mann frau|sein ihr|seine ihre|angenommen abgelehnt|ehemalige amtierende
|monter baisser|hausse baisse|augmenté baissé|augmenté diminué|plus moins|avant après|nord sud|est ouest|gagné perdu
|morts blessés|tués blessés|inculpé condamné|condamné acquitté|père mère|fils fille|frère soeur|homme femme
|subió bajó|aumentó disminuyó|más menos|antes después|norte sur|este oeste|ganó perdió|muertos heridos
|acusado condenado|condenado absuelto|padre madre|hijo hija|hermano hermana|hombre mujer
|aumentato diminuito|più meno|prima dopo|vinto perso|morti feriti
"""
_UNITS = """
kilometre kilometres kilometer kilometers km kilometern|mile miles meilen|metre metres meter meters metern mètres
|foot feet|inch inches|centimetre centimetres centimeters cm|acre acres|hectare hectares hektar ha
|kilogram kilograms kilogramm kg|pound pounds pfund £|gram grams gramm|ton tons tonnes tonnen|litre litres liter liters
|gallon gallons|dollar dollars $|euro euros €|yen ¥|franken francs|second seconds sekunden|minute minutes minuten
|hour hours stunde stunden heures horas|day days tag tage tagen jours días|week weeks woche wochen semaines semanas
|month months monat monate monaten mois meses|year years jahr jahre jahren ans años|decade decades jahrzehnte
|degree degrees grad °|celsius|fahrenheit|megawatt megawatts mw|gigawatt gigawatts gw|kilowatt kw
|megawatthours mwh|gigabyte gb|megabyte mb|percent prozent % pourcent|points punkte prozentpunkte
"""
_NEGATIONS = _words(
    "not no never none nobody nothing neither nor without nicht kein keine keinen keiner keinem nie niemals niemand"
    " nichts ohne ne pas jamais aucun aucune sans ni nunca ningún ninguna sin non mai nessun nessuna senza niet geen"
    " nooit zonder não nenhum nenhuma sem nie żaden bez"
)
_NEGATIVE_PREFIXES = ("un", "in", "im", "ir", "il", "dis", "non")
_WEEKDAYS = """
monday mon montag lundi lunes lunedì maandag segunda poniedziałek|tuesday tue tues dienstag mardi martes martedì dinsdag
terça wtorek|wednesday wed mittwoch mercredi miércoles mercoledì woensdag quarta środa|thursday thu thurs donnerstag
jeudi jueves giovedì donderdag quinta czwartek|friday fri freitag vendredi viernes venerdì vrijdag sexta piątek
|saturday sat samstag sonnabend samedi sábado sabato zaterdag sobota|sunday sun sonntag dimanche domingo domenica zondag
niedziela
"""
_MONTHS = """
january jan januar jänner janvier enero gennaio januari janeiro stycznia|february feb februar février febrero febbraio
februari fevereiro lutego|march mar märz mars marzo maart março marca|april apr avril abril aprile kwietnia
|may mai mayo maggio mei maio maja|june jun juni juin junio giugno junho czerwca|july jul juli juillet julio luglio
julho lipca|august aug août agosto augustus sierpnia|september sep sept septembre septiembre settembre setembro września
|october oct oktober octobre octubre ottobre outubro października|november nov novembre noviembre novembro listopada
|december dec dezember décembre diciembre dicembre dezembro grudnia
"""
#: Words before a name.
TITLES = _words(
    "mr mrs ms mx miss dr prof professor sir dame lord lady president prime minister chancellor senator sen rep"
    " representative governor gov mayor judge justice captain capt general gen colonel col sergeant sgt chief ceo"
    " secretary director king queen prince princess pope herr frau präsident präsidentin minister ministerin kanzler"
    " kanzlerin bundeskanzler ministerpräsident bürgermeister monsieur madame m mme président présidente ministre señor"
    " señora presidente presidenta signor signora the der die das le la les el los il"
)
#: Names that are nearly alike and mean different things: no typing error.
_CONFUSABLE = """
iran iraq|irak iran|austria australia|niger nigeria|mali malawi|guinea guyana|zambia gambia|slovakia slovenia
|dominica dominican|paraguay uruguay|libya lebanon|latvia lithuania|sweden switzerland|north south|kansas arkansas
|washington wisconsin|obama osama|democrat democratic|sunni shia|tunis tunisia|georgia georgian|mauritania mauritius
|schweden schweiz|österreich australien|slowakei slowenien|niger nigeria|india indiana|congo togo|chad chile
|macau macao|jordan jordanian|monroe moore|john jane|jean jan|karl karla|paul paula|julian julia|daniel daniela
|michael michelle|martin martina|christian christina|robert roberta|andrea andreas|maria mario
"""


def _groups(lines: str) -> Mapping[str, int]:
    """The number of each word's group."""
    groups = enumerate(" ".join(lines.split()).split("|"), start=1)
    return {word: number for number, group in groups for word in group.split()}


def _pairs(lines: str) -> frozenset[frozenset[str]]:
    return frozenset(frozenset(pair.split()) for pair in " ".join(lines.split()).split("|"))


WEEKDAYS, MONTHS, UNITS = _groups(_WEEKDAYS), _groups(_MONTHS), _groups(_UNITS)
_OPPOSITE_PAIRS, _CONFUSABLE_PAIRS = _pairs(_OPPOSITES), _pairs(_CONFUSABLE)
SCALES = {word: value for forms, value in _SCALES.items() for word in forms.split()}
_VALUES = {
    language: {
        **{word: float(value) for value, word in enumerate(forms.split())},
        **{word: 10.0 * tens for tens, word in enumerate(_TENS.get(language, "").split(), start=2)},
    }
    for language, forms in _NUMBER_WORDS.items()
}


def value_of_word(word: str, language: str) -> float | None:
    """The value of a number word; None for other words, and for an article."""
    return None if word in _ARTICLES else _VALUES.get(language, {}).get(word)


def scale_of(word: str, language: str) -> float | None:
    """A factor like a million; None for other words."""
    return 1e12 if word == "billion" and language == "de" else SCALES.get(word)


def are_same_term(first: str, second: str) -> bool:
    """Whether the words are forms of one day, month or unit."""
    return any(groups.get(first, 0) == groups.get(second, -1) for groups in (WEEKDAYS, MONTHS, UNITS))


def is_negation(word: str) -> bool:
    return word in _NEGATIONS


def are_opposite(first: str, second: str) -> bool:
    """Whether the words say the contrary, or one negates the other by a prefix."""
    if frozenset((first, second)) in _OPPOSITE_PAIRS:
        return True
    shorter, longer = sorted((first, second), key=len)
    return len(shorter) >= 4 and any(longer == prefix + shorter for prefix in _NEGATIVE_PREFIXES)


def are_confusable(first: str, second: str) -> bool:
    """Whether the names are nearly alike, and those of different persons or places."""
    return frozenset((first, second)) in _CONFUSABLE_PAIRS
