"""Sentence splitting in news: titles, ranks, offices, states, times and dates do not end a sentence."""

from __future__ import annotations

import pytest

from digest.text.sentences import sentences

#: By language, one case a line; "|" marks the boundaries between sentences.
_CASES = {
    "en": """
        Ms. Clinton spoke first. | Mr. Sanders followed.
        The award went to Ms. Clinton. | She smiled.
        Const. Roe was first at the scene. | Two more officers came.
        Atty. Gen. Roe signed the order. | It takes effect Friday.
        Then-Capt. Roe led the unit. | He retired in 2014.
        The plan came from ex-Rep. Roe of Alwin. | It failed.
        Spc. Roe was 21. | Her unit was based in Alwin.
        Assoc. Prof. Roe wrote the study. | It has 40 pages.
        Dep. Sheriff Roe found the car. | Nobody was inside.
        Amb. Roe left on Friday. | No successor was named.
        Polls close at 8:30 p.m. Thursday. | Results come later.
        Doors open at 9 a.m. Monday. | Entry is free.
        The vote was at 11 p.m. EST. | It was close.
        It began at 6 a.m. | By noon it was over.
        It ended at 3 p.m. | The crowd left. | Nobody was hurt.
        Gov. Roe, Lt. Gov. Poe and Sen. Doe were there. | So was the press.
        Sens. Roe and Poe disagreed. | Reps. Doe and Moe did not.
        Rep. Roe (D-Calif.) said so. | Sen. Poe (R-Ky.) agreed.
        Sen. Roe, D-Calif., said no. | Others waited.
        It moved to St. Paul, Minn., in May. | It stayed there.
        The Rev. Roe led the prayer. | Bishop Poe spoke.
        Sgt. 1st Class Roe was honoured. | So was Staff Sgt. Poe.
        Maj. Gen. Roe took over. | Brig. Gen. Poe left.
        Col. Roe and Lt. Cmdr. Poe testified. | Adm. Doe watched.
        Pfc. Roe and Cpl. Poe were hurt. | Both will recover.
        Det. Roe made the arrest. | Insp. Poe praised it.
        Supt. Roe closed the schools. | They open on Monday.
        Pres. Roe will speak. | Vice Pres. Poe will not.
        Sec. Roe denied it. | Asst. Sec. Poe did not.
        Judge Roe Jr. ruled on Monday. | The case goes on.
        John Roe Sr. founded it. | His son runs it.
        Dr. Martin Roe Jr. was there. | He spoke for an hour.
        The U.S. Supreme Court ruled. | The U.S. agreed.
        It left the U.S. | Then it came back. | It stayed.
        The E.U. Commission met. | The U.N. Security Council did too.
        She lives in Washington, D.C. | He lives in Boston.
        The D.C. Circuit ruled. | It was close.
        He got a Ph.D. in 1990. | She got an M.B.A. from Alwin.
        Apple Inc. sued. | Bolt Corp. settled.
        Shares of Acme Co. fell. | Those of Bolt Ltd. rose.
        Acme Inc. Chief Executive Roe quit. | He was 60.
        The No. 2 official resigned. | The No. 1 stayed.
        It closed on Jan. 6. | It opened on Feb. 1, 2021.
        In Sept. 2019 it rained. | In Oct. it did not.
        It is due Aug. 15. | Nobody knows more.
        Chapter 3, para. 5 says so. | See p. 10.
        The fig. 3 shows it. | So does Fig. 4.
        The case Roe v. Wade is old. | Roe vs. Poe is not.
        Mt. Hood erupted. | Ft. Worth was safe.
        St. Louis won. | Ste. Marie lost.
        He lives on Fifth Ave. in Alwin. | It is loud.
        J.K. Rowling and J. R. R. Roe wrote it. | It sold well.
        George W. Bush spoke. | John F. Roe listened.
        The price rose 3.5 percent. | It was $4.50 a gal. before.
        It weighed 5 lbs. and 3 oz. at birth. | It grew.
        “We won.” | “They lost.”
        “We won,” she said. | “They lost.”
        She said, “We won.” | He left.
        "It is over," Gov. Roe said. | "We won."
        He asked: “Why?” | Nobody knew.
        “Why?” he asked. | Nobody knew.
        Yahoo! said on Monday it would sell. | Nobody bid.
        The show “Jeopardy!” is back. | It is on at 7 p.m. weekdays.
        It was late (about 9 p.m.). | They left.
        (They left at 9 p.m.) | It rained.
        Wait ... there is more. | That is all.
        He said “no.” | The crowd booed. | It was over.
        The union said no. | The strike goes on.
        Visit example.com. | It is free. | Write to me.
        At 5 a.m. Eastern the siren rang. | It stopped.
        At 5 a.m. Tuesday the siren rang. | It stopped.
        The meeting is at 7 p.m. Jan. 5. | Bring a friend.
        The meeting is at 7 p.m. ET Friday. | Bring a friend.
        Messrs. Roe and Poe won. | Mmes. Doe and Moe lost.
        Prof. Roe and Drs. Poe and Doe agreed. | It was news.
        Hon. Roe presided. | Capt. Poe testified.
        Rep.-elect Roe waved. | Gov.-elect Poe smiled.
        Former Sen. Roe and ex-Gov. Poe met. | They talked.
        Lance Cpl. Roe, 22, died. | He was from Alwin.
        Petty Officer Roe, U.S. Navy, left. | He was 30.
        The dept. said no. | The univ. said yes.
        The govt. fell. | Elections follow.
        The est. cost is $5 million. | The max. is $9 million.
        It has approx. 500 members. | Many are old.
        The firm, i.e. its owner, paid. | The city, e.g. its mayor, did not.
        Smith et al. wrote it. | It is short.
        Bolt & Sons, est. 1900, closed. | It was sad.
    """,
    "de": """
        Bundeskanzler a. D. Beispiel sprach. | Er blieb kurz.
        Das Gesetz gilt ab 1. Januar 2026. | Es ist neu.
        Die Sitzung beginnt um 8.30 Uhr. | Sie dauert lange.
        Prof. Dr. Beispiel und Dipl.-Ing. Muster kamen. | Sie gingen.
        Gem. § 3 Abs. 2 ist das verboten. | Es gilt nicht.
        Der FC Beispiel e. V. siegte. | Der SV Muster e.V. verlor.
        Es kostet rd. 5 Mio. Euro. | Das ist viel.
        Das war im 19. Jahrhundert. | Dann kam der Krieg.
        Hr. Beispiel und Fr. Muster kamen. | Sie blieben.
        Es sind ca. 3 km bis St. Georgen. | Der Weg ist steil.
        Sie wohnt in der Hauptstr. 5. | Er auch.
        Am Montag, 3. März, beginnt es. | Es endet am 5. April.
        Die Fa. Beispiel baut ab. | Der Betriebsrat klagt.
        Gen. Beispiel und Oblt. Muster kamen. | Sie gingen.
    """,
    "fr": """
        M. Exemple a parlé. | Mme Exemple aussi.
        Le Dr. Exemple et le Pr. Modèle ont signé. | C'est fait.
        Le gén. Exemple est parti. | Il reviendra.
        Me. Exemple a plaidé. | Le juge a écouté.
        L'art. 5 le dit. | La p. 10 aussi.
        St. Exemple et Ste. Modèle sont fermées. | Il pleut.
    """,
    "es": """
        La Sra. Ejemplo habló. | El Dr. Modelo calló.
        El Gral. Ejemplo salió. | La Dra. Modelo llegó.
        El Lic. Ejemplo y la Ing. Modelo firmaron. | Fue ayer.
        A las 8 p. m. del lunes cerró. | Nadie vino.
        EE. UU. votó. | La ONU no.
        El Pdte. Ejemplo viajó. | El Gral. Modelo no.
        La Prof. Ejemplo y el Cap. Modelo hablaron. | Fue breve.
    """,
    "pt": """
        O Sr. Exemplo falou. | A Dra. Modelo calou.
        O Gen. Exemplo saiu. | O Dep. Modelo chegou.
    """,
    "it": """
        Il Sig. Esempio ha parlato. | La Dott.ssa Modello no.
        Il Gen. Esempio è partito. | L'On. Modello è rimasto.
    """,
    "ar": """
        قال د. أحمد إن الوفد ذهب. | ثم عاد.
        وصل أ. سمير إلى المدينة. | ثم غادر.
        التقى م. خالد الوفد. | كان اللقاء قصيرا.
    """,
}
_ROWS = [(language, line.strip()) for language, lines in _CASES.items() for line in lines.strip().splitlines()]


@pytest.mark.parametrize(("language", "marked"), _ROWS, ids=[marked for _, marked in _ROWS])
def test_news_is_split_at_the_ends_of_sentences(language: str, marked: str) -> None:
    assert sentences(marked.replace(" | ", " "), language) == tuple(marked.split(" | "))
