"""Stop words: function words that carry no meaning of their own, by language.

sumy has lists for 18 languages. For seven more that have a Snowball stemmer, the most frequent ones are listed here.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files

#: The languages of sumy's lists, with their file names.
_SUMY_LISTS = {
    "ar": "arabic", "cs": "czech", "de": "german", "el": "greek", "en": "english", "es": "spanish", "fr": "french",
    "he": "hebrew", "it": "italian", "ja": "japanese", "ko": "korean", "pl": "polish", "pt": "portuguese",
    "sk": "slovak", "sv": "swedish", "th": "thai", "uk": "ukrainian", "zh": "chinese",
}  # fmt: skip
#: Bokmål and Nynorsk share one list.
_SHARED_LISTS = {"nb": "no", "nn": "no"}
#: sumy's Portuguese list has "n\\xe3o" where it means "não".
_HEX_ESCAPE = r"\\x([0-9a-f]{2})"


@lru_cache
def stop_words(language: str) -> frozenset[str]:
    """The language's stop words in lower case; empty if there is no list for it."""
    if name := _SUMY_LISTS.get(language):
        # not through sumy.utils, which imports requests and pycountry
        text = (files("sumy") / "data" / "stopwords" / f"{name}.txt").read_text("utf-8")
        return frozenset(_unescape(line.strip()).lower() for line in text.splitlines() if line.strip())
    return frozenset(_OWN_LISTS.get(_SHARED_LISTS.get(language, language), "").split())


def _unescape(word: str) -> str:
    return re.sub(_HEX_ESCAPE, lambda match: chr(int(match[1], 16)), word)


_OWN_LISTS = {
    "da": """af alle alt anden at blev blive bliver da de dem den denne der deres det dette dig din disse dog du
        efter eller en end er et for fordi fra før få får ham han hans har havde have hende hendes her hos hun
        hvad hvem hver hvis hvor hvordan hvornår i ikke ind ingen jeg kan kom kommer kun kunne man mange med
        meget mellem men mere mig min mod må nej nogen noget nogle nu når og også om op os over på samme se selv
        sig sin sine skal skulle som så til ud under var ved vi vil ville vor være været år""",
    "fi": """ei eikä en ennen eli emme enää entä et että häin hän hänen hänelle häntä he heidän heille heitä hän ja
        jo joka jolla jona jonka jos jossa josta jota jotka jotta kaikki kanssa kautta keskellä kesken kertoi
        kuin kuinka kuitenkin kun kuten kyllä lisäksi me mikä mitä minkä minun minä missä mistä mukaan mukana
        mutta muun muut myös ne niiden niille niin niissä niistä niitä noin nyt näin olemme olen oli olisi
        olivat olla olleet ollut on ovat sama se sekä sen siellä siinä siitä sille sillä sitä ta tai tänään tämä
        tämän tässä tästä tätä te tuo tällä vaan vai vain vaikka vielä voi yli""",
    "hu": """a abban ahol ahogy aki akik ami amely amelyek annak az azok azon azonban azt azért azután be csak de egy
        egyik egyéb el ekkor előtt ennek ezen ezek ez ezt ezért fel hanem ha hogy hogyan igen ill is így ki kell
        kellett kívül később között le lehet lesz lett majd már még meg mert mellett mely melyek mi miatt mint
        mintha minden mindig most nagyon ne nekik neki nem nincs ő ők olyan össze pedig s saját sem sok szerint
        szemben számára tehát továbbá több úgy után újra vagy vagyis valamint van vannak vele volt voltak volna""",
    "nl": """aan af al alle als ander bij daar dan dat de deze die dit doch doen door dus een eens en er ge geen
        geweest haar had heb hebben heeft hem het hier hij hoe hun iemand iets ik in is ja je kan kon kunnen
        maar me meer men met mij mijn moet na naar niet niets nog nu of om omdat ons ook op over reeds te tegen
        toch toen tot u uit uw van veel voor want waren was wat we wel werd wezen wie wij wil worden wordt zal
        ze zei zelf zich zij zijn zo zonder zou""",
    "no": """alle andre at av bare begge ble blei bli blir blitt både da de deg dem den denne der dere deres det
        dette di din disse du eller en ene enn er et ett etter for fordi fra før ha hadde han hans har henne
        hennes her hos hun hva hvem hver hvis hvor hvordan hvorfor i ikke ingen inn ja jeg kan kom kunne man
        mange med meg mellom men mer min mot mye må ned noe noen nå når og også om opp oss over på samme seg
        selv si sin sine sitt skal skulle slik som så til under ut var ved vi vil ville vår være vært""",
    "ro": """a abia acea aceasta această aceea acei aceia acel acela acele acelea acest acesta aceste acestea acești
        aceștia aici al ale alt alta alte alți am ar are as asta astfel așa atât atunci au avea avem avut că
        căci când care cărei căror cărui cât către ce cea cei cel cele celor cine cu cum da dacă dar de deci
        deja despre din dintre doar după ea ei el ele era erau este eu face fără fi fie fiecare fost i iar în
        înainte însă între îl îi îmi își la le lor lui mai mult mulți ne nici niște noi nu o or ori pe pentru
        peste prin sa să sale său se și spre sub sunt tot toți toate tu un una unde unei unele unor unui va voi
        vor""",
    "ru": """а без более бы был была были было быть в вам вас весь во вот все всего всех вы где да даже два для до
        его ее её ей ему если есть еще ещё же за здесь и из или им ими их к как какая какой когда которая
        которого которое которой которые который которых кто куда ли лишь между меня мне много может можно мой
        мы на над надо нас не него нее неё ней некоторые нет ни них но ну о об однако он она они оно от очень
        перед по под после потому при про раз с сам свою своей своего себя сейчас со сказал так также такой там
        тем теперь то тогда того тоже только том тот у уже хотя чего чем через что чтобы эта эти этих это этого
        этой этом этот я""",
}
