"""One text in each language for which sumy has stop words or a stemmer."""

from __future__ import annotations

from datetime import UTC, datetime

from digest.model.articles import BodyFormat, Entry

#: Five sentences in each language: a bridge is closed for repairs until autumn.
TEXTS = {
    "ar": "أغلقت المدينة الجسر القديم يوم الاثنين بسبب شقوق في الأعمدة. وقال مكتب البناء إن الإصلاح يكلف أربعة "
    "ملايين. وتستمر أعمال الإصلاح حتى الخريف. وتسير الحافلات على الطريق الجديد. وينتظر التجار قرب الجسر "
    "تعويضا من المدينة.",
    "cs": "Město v pondělí uzavřelo starý most kvůli trhlinám v pilířích. Oprava mostu bude stát čtyři miliony "
    "korun. Stavební úřad počítá s prací do podzimu. Autobusy jezdí po nové silnici přes údolí. "
    "Obchodníci u mostu žádají město o náhradu.",
    "da": "Byen lukkede mandag den gamle bro på grund af revner i pillerne. Reparationen af broen koster fire "
    "millioner kroner. Arbejdet varer ifølge byggekontoret til efteråret. Busserne kører ad den nye vej "
    "gennem dalen. Butikkerne ved broen kræver erstatning af byen.",
    "de": "Die Stadt hat am Montag die alte Brücke wegen Rissen in den Pfeilern gesperrt. Die Reparatur der "
    "Brücke kostet vier Millionen. Das Bauamt rechnet mit Arbeiten bis zum Herbst. Busse fahren über die "
    "neue Straße durch das Tal. Händler an der Brücke fordern eine Entschädigung von der Stadt.",
    "el": "Ο δήμος έκλεισε τη Δευτέρα την παλιά γέφυρα εξαιτίας ρωγμών στις κολόνες. Η επισκευή της γέφυρας "
    "κοστίζει τέσσερα εκατομμύρια. Οι εργασίες θα διαρκέσουν μέχρι το φθινόπωρο. Τα λεωφορεία κινούνται "
    "στον νέο δρόμο. Οι έμποροι κοντά στη γέφυρα ζητούν αποζημίωση από τον δήμο.",
    "en": "The city closed the old bridge on Monday because of cracks in its pillars. Repairs to the bridge "
    "cost four million. The building office expects the work to last until autumn. Buses take the new "
    "road through the valley. Shops near the bridge ask the city for compensation.",
    "es": "La ciudad cerró el lunes el puente viejo por las grietas de los pilares. La reparación del puente "
    "cuesta cuatro millones. La oficina de obras prevé trabajos hasta el otoño. Los autobuses van por la "
    "carretera nueva del valle. Los comercios del puente piden una compensación a la ciudad.",
    "fi": "Kaupunki sulki maanantaina vanhan sillan pilareissa olevien halkeamien vuoksi. Sillan korjaus maksaa"
    " neljä miljoonaa euroa. Rakennusvirasto arvioi töiden kestävän syksyyn. Bussit kulkevat laakson läpi"
    " uutta tietä. Sillan kauppiaat vaativat kaupungilta korvausta.",
    "fr": "La ville a fermé lundi le vieux pont à cause de fissures dans les piliers. La réparation du pont "
    "coûte quatre millions. Le bureau des travaux prévoit un chantier jusqu'à l'automne. Les bus passent "
    "par la nouvelle route de la vallée. Les commerces du pont demandent une compensation à la ville.",
    "he": "העירייה סגרה ביום שני את הגשר הישן בגלל סדקים בעמודים. תיקון הגשר עולה ארבעה מיליון. משרד הבנייה "
    "מעריך שהעבודות יימשכו עד הסתיו. האוטובוסים נוסעים בכביש החדש. בעלי החנויות ליד הגשר מבקשים פיצוי "
    "מהעירייה.",
    "hu": "A város hétfőn lezárta a régi hidat a pillérek repedései miatt. A híd javítása négymillió forintba "
    "kerül. Az építési hivatal szerint a munka őszig tart. A buszok a völgyben az új úton közlekednek. A "
    "híd melletti kereskedők kártérítést kérnek a várostól.",
    "it": "La città ha chiuso lunedì il vecchio ponte per le crepe nei pilastri. La riparazione del ponte costa"
    " quattro milioni. L'ufficio tecnico prevede lavori fino all'autunno. Gli autobus passano per la "
    "nuova strada della valle. I negozi del ponte chiedono un risarcimento alla città.",
    "ja": "市は月曜日、橋脚にひびが見つかったため古い橋を閉鎖した。橋の修理には四百万円かかる。建設課"
    "は工事が秋まで続くと見込んでいる。バスは谷の新しい道路を走る。橋の近くの商店は市に補償を求"
    "めている。",
    "ko": "시는 월요일 교각에 균열이 발견되어 오래된 다리를 폐쇄했다. 다리 수리에는 사백만"
    " 원이 든다. 건설과는 공사가 가을까지 이어질 것으로 본다. 버스는 골짜기의 새 "
    "도로로 다닌다. 다리 근처 상인들은 시에 보상을 요구한다.",
    "nl": "De stad heeft maandag de oude brug gesloten wegens scheuren in de pijlers. De reparatie van de brug "
    "kost vier miljoen. Het bouwbureau verwacht dat het werk tot de herfst duurt. Bussen rijden over de "
    "nieuwe weg door het dal. Winkels bij de brug vragen de stad om een vergoeding.",
    "no": "Byen stengte mandag den gamle brua på grunn av sprekker i pilarene. Reparasjonen av brua koster fire"
    " millioner kroner. Byggekontoret regner med at arbeidet varer til høsten. Bussene kjører på den nye "
    "veien gjennom dalen. Butikkene ved brua krever erstatning fra byen.",
    "pl": "Miasto zamknęło w poniedziałek stary most z powodu pęknięć w filarach. Naprawa mostu kosztuje cztery"
    " miliony złotych. Urząd budowlany przewiduje prace do jesieni. Autobusy jeżdżą nową drogą przez "
    "dolinę. Sklepy przy moście żądają od miasta odszkodowania.",
    "pt": "A cidade fechou na segunda-feira a ponte velha por causa de fissuras nos pilares. A reparação da "
    "ponte custa quatro milhões. O gabinete de obras prevê trabalhos até ao outono. Os autocarros seguem "
    "pela estrada nova do vale. As lojas da ponte pedem uma compensação à cidade.",
    "ro": "Orașul a închis luni podul vechi din cauza fisurilor din piloni. Repararea podului costă patru "
    "milioane de lei. Biroul de construcții prevede lucrări până în toamnă. Autobuzele circulă pe drumul "
    "nou prin vale. Magazinele de lângă pod cer orașului o despăgubire.",
    "ru": "Город закрыл в понедельник старый мост из-за трещин в опорах. Ремонт моста стоит четыре миллиона "
    "рублей. Строительное управление ожидает окончания работ к осени. Автобусы ходят по новой дороге "
    "через долину. Магазины у моста требуют от города компенсации.",
    "sk": "Mesto v pondelok zatvorilo starý most pre trhliny v pilieroch. Oprava mosta bude stáť štyri milióny "
    "eur. Stavebný úrad predpokladá práce do jesene. Autobusy jazdia po novej ceste cez údolie. "
    "Obchodníci pri moste žiadajú od mesta náhradu.",
    "sv": "Staden stängde på måndagen den gamla bron på grund av sprickor i pelarna. Reparationen av bron "
    "kostar fyra miljoner kronor. Byggkontoret räknar med att arbetet varar till hösten. Bussarna kör på "
    "den nya vägen genom dalen. Butikerna vid bron kräver ersättning av staden.",
    "th": "เทศบาลเมืองปิดสะพานเก่าในวันจันทร์เพราะพบรอยร้าวที่เสา การซ่อมสะพานใช้เงินสี่ล้า"
    "นบาท สำนักงานโยธาคาดว่างานจะเสร็จในฤดูใบไม้ร่วง รถประจำทางใช้ถนนสายใหม่ผ่านหุบเข"
    "า ร้านค้าใกล้สะพานขอค่าชดเชยจากเทศบาล",
    "uk": "Місто закрило в понеділок старий міст через тріщини в опорах. Ремонт мосту коштує чотири мільйони "
    "гривень. Будівельне управління очікує завершення робіт до осені. Автобуси їздять новою дорогою через"
    " долину. Крамниці біля мосту вимагають від міста компенсації.",
    "zh": "市政府周一关闭了老桥，因为桥墩出现裂缝。修理这座桥需要四百万元。建设局预计工程将持续到秋天"
    "。公共汽车改走山谷里的新路。桥边的商店要求市政府赔偿。",
}
_NOW = datetime(2026, 3, 27, tzinfo=UTC)


def entry_in(language: str) -> Entry:
    return Entry(
        source_id="a",
        guid=language,
        url="",
        title="",
        body=TEXTS[language],
        form=BodyFormat.TEXT,
        seen=_NOW,
        source="A",
    )
