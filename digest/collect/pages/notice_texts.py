"""Phrases within the text of pages that are no articles, in many languages; in the form of ``notice_titles``."""

from __future__ import annotations

from digest.collect.pages.notice import Notice, compile_phrases

_TEXTS = {
    Notice.BOT_CHECK: r"""
        your request (?:is being verified|has been (?:blocked|denied)) | access (?:cannot|can't|can not) be
        granted | vérifi(?:er|ons|ez) que vous êtes | you must be .{0,40} to (?:enter|visit) (?:this|the|our) |
        (?:verify|confirm|prove|making sure|checking if|check that) (?:that )?(?:you(?:'re| are)|the site connection
        is) (?:not )?(?:a |an )?(?:human|robot|bot|secure) | checking (?:the site connection|your browser|if the
        site connection) | (?:not|aren't) a (?:robot|bot)\b | unusual (?:traffic|activity) (?:from|coming|in) |
        enable (?:js|javascript|cookies) (?:and (?:cookies|disable any ad blocker|javascript) )?to continue |
        (?:please )?enable js and disable | incident id | press (?:&|and) hold | complete the (?:security
        check|captcha)|(?:enter|type) the characters you see | you don't have permission to access .{0,200}(?:on
        this server|reference \#) | errors\.edgesuite\.net | set up .{0,40}to protect the server against |
        (?:website|site) is using a security service to protect itself | blocked by (?:network )?security |
        we(?:'re| are) (?:verifying|checking) your browser | ray id: | get past this challenge | automated
        (?:access|requests|queries) | überprüf\w* .{0,60}(?:mensch|browser|verbindung) | kein roboter | vérifi\w+
        .{0,50}(?:humain|navigateur|robot) | (?:pas un|n'êtes pas un) robot | verifi\w+
        .{0,40}(?:humano|navegador|umano|robot) | no (?:eres|es|soy) un robot | não (?:é|sou) um robô | geen robot |
        не робот | что вы человек | проверк\w+ .{0,20}браузер | 验证您是(?:否是)?真人 | 验证您?不是机器人 |
        人間であること | ロボットではない | 로봇이
        아님
        """,
    Notice.LOGIN: r"""
        is (?:currently |marked as )?private | password[ -]protected | log in or
        (?:contact|request|register|sign up) |
        (?:you )?(?:must|need to|have to|please|should) (?:be )?(?:first )?(?:log(?:ged)?|sign(?:ed)?)[
        -]?(?:in|on)\b | (?:log|sign) in (?:to|with) (?:continue|see|view|your|read|access|google|facebook|apple) |
        forgot(?:ten)? (?:your )?password | don't have an account | new to .{1,30}\? | remember me | stay signed in
        | this (?:page|content|area) is (?:for members only|restricted|private) | (?:melden sie sich|melde
        dich|loggen sie sich|logge dich) (?:bitte )?(?:an|ein)\b.{0,40} | bitte (?:anmelden|einloggen) |
        (?:passwort|kennwort) vergessen | angemeldet sein | mot de passe oublié | (?:veuillez )?(?:vous
        )?(?:connecte(?:r|z)|identifie(?:r|z))(?:-vous)? (?:pour|afin) | (?:inicia|iniciar|inicie) sesi[oó]n
        (?:para|con) | (?:olvidaste|olvidó|has olvidado) (?:tu|su|la) contraseña | (?:accedi|effettua (?:il
        login|l'accesso)|devi (?:accedere|effettuare)) .{0,30} | password dimenticata | (?:je moet|u moet|u dient)
        .{0,20}(?:inloggen|aanmelden) | wachtwoord vergeten | (?:faça|fazer) login | esqueceu .{0,12}senha |
        войдите.{0,30}чтобы | забыли пароль | необходимо (?:войти|авторизоваться) | zaloguj się,? aby | nie
        pamiętasz hasła | ログインしてください | パスワードをお忘れ | 请(?:先)?登录 | 忘记密码 | 로그인이 필요
        """,
    Notice.CONSENT: r"""
        (?:we|our site|this (?:site|website)) (?:and our (?:\d+ )?partners )?(?:uses?|stores?|process(?:es)?)
        .{0,60}(?:cookies|personal data|information on a device) | (?:accept|reject|allow) all(?: cookies)? |
        (?:manage|cookie) (?:settings|preferences|options) | your consent | (?:wir|wir und unsere (?:bis zu )?\d*
        ?partner) (?:verwenden|nutzen|setzen|verarbeiten|speichern) .{0,60}(?:cookies|daten) | alle (?:cookies
        )?(?:akzeptieren|ablehnen|zulassen) | ihre (?:einwilligung|zustimmung) | mit werbung(?: und tracking)?
        (?:weiterlesen|nutzen|weiter) | pur[- ]abo | nous (?:et nos (?:\d+ )?partenaires
        )?(?:utilisons|stockons|traitons) .{0,60}(?:cookies|données|traceurs) | (?:tout|continuer sans)
        (?:accepter|refuser) | votre consentement | (?:nosotros|nosotros y nuestros socios|este sitio)
        .{0,30}(?:utilizamos|usamos|usa|almacenamos) .{0,60}(?:cookies|datos|información) | (?:utilizamos|usamos)
        cookies | (?:aceptar|rechazar) (?:todo|todas|y continuar) | tu consentimiento | (?:noi e i nostri
        partner|utilizziamo|questo sito utilizza) .{0,60}(?:cookie|dati|informazioni) | (?:accetta|rifiuta)
        (?:tutto|tutti|e continua) | il tuo consenso | (?:wij|we|wij en onze partners) (?:gebruiken|plaatsen)
        .{0,40}cookies | alles (?:accepteren|weigeren) | uw toestemming | (?:utilizamos|usamos) .{0,30}cookies | мы
        используем .{0,40}cookie | używamy .{0,30}(?:cookie|ciasteczek) | vi (?:använder|bruger|bruker)
        .{0,20}cookies
        """,
    Notice.PAYWALL: r"""
        weiterlesen mit\b | (?:gratis|kostenlos|unverbindlich) testen |
        subscribe (?:now )?(?:to|and) (?:continue|read|keep|unlock|get|access) | already (?:a|have a)n? (?:paid
        )?(?:subscri\w+|member|account)\b | to (?:continue|keep) reading | (?:article|content|post|story) is
        (?:reserved |only )?(?:for|available to) (?:our |paying |paid )?(?:subscribers|members) |
        (?:subscribers?|members?)[- ]only (?:article|content|post|story) | unlock (?:this|the full|the rest of) |
        (?:free|complimentary) articles? (?:this|left|remaining) | this post is for pa(?:id|ying) subscribers |
        become a (?:paid )?(?:member|subscriber) | start your (?:free )?trial | choose (?:a|your)
        (?:plan|subscription) | jetzt (?:abonnieren|weiterlesen|abo|testen) | nur (?:für|mit)
        (?:abonnent|abo|plus|mitglied)\w* | (?:bereits|schon) (?:abonnent|abonniert|kunde|registriert|mitglied) |
        (?:diesen|der) artikel .{0,30}(?:abo\b|freischalten|kostenpflichtig|weiterlesen) | um (?:diesen artikel
        )?weiter ?zu ?lesen | (?:réservée?s?|accessible) (?:aux|à nos) abonnés | (?:déjà|pas encore) abonnée? |
        (?:abonnez-vous|s'abonner|je m'abonne) .{0,30} | pour (?:lire la suite|(?:poursuivre|continuer)
        (?:la|votre|sa) lecture) | il (?:vous
        )?reste .{0,12}\% | (?:solo|exclusivo|contenido) para suscriptores | (?:suscríbete|suscríbase|suscribirse)
        .{0,12}(?:para|y) | ya (?:eres|soy|es) suscriptor | (?:riservat\w|solo|contenuto) (?:agli|per gli|per)
        abbonati | (?:abbonati|sei già abbonato).{0,20} | (?:alleen )?voor (?:abonnees|leden) | lees (?:verder|dit
        artikel) (?:met|als) | (?:exclusivo|conteúdo) para assinantes | já é assinante | (?:for|bare for|kun for)
        abonnenter | (?:bara )?för prenumeranter | dla (?:subskrybentów|prenumeratorów) | (?:только )?для
        (?:подписчиков|подписчика) | оформите подписку | 会員限定 | 有料会員 | この記事は.{0,10}会員 |
        订阅后(?:阅读|查看) | 구독자 전용
        """,
    Notice.NOT_FOUND: r"""
        (?:page|content|video|article|post) (?:is not|isn't|is no longer) available |
        diese seite gibt es (?:leider )?nicht | (?:seite|artikel|inhalt),? (?:die|den) (?:sie|du) such\w+,?
        .{0,40}nicht |
        (?:contenuto|pagina|articolo) che (?:hai cercato|cercavi) .{0,40}non | contenido que (?:buscas|busca)
        .{0,40}no |
        contenu (?:que vous cherchez|demandé) .{0,40}(?:plus|pas|introuvable) |
        (?:page|url|article|file|content|document|story) (?:that |which )?(?:you(?:'re| are|'ve| have)? )?(?:(?:were
        |was )?(?:looking for|requested?|trying to (?:reach|view|access)|tried to reach)|does(?:n't| not)
        exist).{0,60}(?:(?:not|n't|no longer|removed|moved|deleted|unavailable|gone)|$) | requested
        (?:url|page|resource) .{0,80}not found | page not found | (?:it )?may have been
        (?:moved|removed|deleted|renamed) | (?:has|was) been (?:moved|removed|deleted) or | nothing (?:was|to be)
        found (?:at|here) | (?:check|typed) the (?:url|address|link).{0,40}(?:again|correct|spelling|try) |
        (?:gesuchte|angeforderte|gewünschte) (?:seite|artikel|inhalt) .{0,60}(?:nicht|gelöscht|verschoben) | page
        (?:demandée|que vous (?:cherchez|recherchez|avez demandée))
        .{0,60}(?:n'existe|introuvable|plus|supprimée|déplacée) | p[aá]gina que (?:busca\w*|est[aá]s?
        buscando|solicit\w+|procura\w*|você (?:procura|busca)) .{0,60}(?:no|não|removida) | pagina (?:che
        (?:cerchi|stai cercando|hai richiesto)|richiesta) .{0,60}non | pagina die (?:u|je) zoekt
        .{0,40}(?:niet|verwijderd) | страниц\w+ .{0,40}(?:не (?:найдена|существует)|удалена) | strona.{0,40}nie
        (?:istnieje|została znaleziona) | ページは.{0,20}(?:削除|見つかりません|存在しません) |
        您(?:访问|查找|浏览)的(?:页面|内容).{0,12}(?:不存在|删除)
        """,
    Notice.PARKED: r"""
        hier entsteht (?:eine|ein) neue | (?:website|domain|webseite) wurde (?:neu |soeben
        )?.{0,40}(?:eingerichtet|registriert) |
        domain (?:name )?(?:is|may be|could be|has|is now) (?:for sale|available|parked|expired) |
        (?:buy|purchase|acquire|inquire about) this domain | related searches | parked (?:free|courtesy|by) |
        (?:diese |die )?domain .{0,60}(?:zum verkauf|zu verkaufen|registriert|geparkt) | domain(?:name)?
        (?:parking|eigentümer|owner) | (?:ce (?:nom de )?domaine|le (?:nom de )?domaine) .{0,40}(?:à
        vendre|expiré|enregistré) | (?:este dominio|dominio) .{0,30}(?:en venta|à venda) | questo dominio
        .{0,30}(?:in vendita|scaduto) | dit domein.{0,30}te koop | web server is (?:successfully
        )?(?:installed|running|working) | further configuration is required | default (?:web ?)?(?:page|site)
        (?:for|of|used) | this account has been suspended | (?:website|web ?site) (?:is )?(?:coming soon|under
        construction|being built) | домен .{0,30}(?:прода|припаркован)
        """,
    Notice.NEEDS_SCRIPT: r"""
        (?:enable|activate|turn on|switch on|allow|requires?|needs?|without|detected that|use) (?:your )?javascript
        | javascript (?:is|seems to be|must be|has been|appears to be|to be) (?:\w+
        )?(?:disabled|enabled|required|turned off|not (?:available|enabled)|deaktiviert) |
        (?:aktivieren|aktiviere|schalten) (?:sie )?(?:bitte )?javascript | javascript
        (?:ist|muss|wird|zu|einschalten|aktivieren) ?.{0,30}(?:deaktiviert|aktiv|benötigt|erforderlich) |
        (?:activer|activez|nécessite|désactivé) .{0,20}javascript | javascript
        .{0,20}(?:désactivé|nécessaire|activé) | (?:activa|active|activar|habilita\w*|necesita|requiere)
        .{0,12}javascript | javascript .{0,12}(?:desactivado|habilitado) | (?:abilita\w*|attiva\w*|richiede)
        .{0,12}javascript | (?:ative|habilite|precisa) .{0,20}javascript | (?:schakel|activeer) javascript |
        включите? .{0,12}javascript | włącz .{0,20}javascript | javascript ?を有効 | (?:启用|开启|啟用) ?javascript |
        javascript.{0,6}(?:활성화|사용) | (?:use|upgrade to|switch to) a (?:supported|modern|different|newer) browser
        """,
    Notice.OUT_OF_ORDER: r"""
        connection .{0,80} timed out |
        (?:down|unavailable|closed|offline) for (?:\w+ )?maintenance |
        (?:under|undergoing|performing|doing|scheduled|routine) (?:\w+ )?maintenance | (?:check|come|try)
        (?:back|again) (?:in a (?:minute|few|bit|while)|later|soon|shortly) | we(?:'ll| will) be back | temporarily
        (?:unavailable|unable|offline|overloaded) | establishing a database connection | upstream (?:connect|server)
        | (?:technical|server) (?:difficulties|problems) | something went wrong | unexpected error |
        wartungsarbeiten | (?:bald|gleich|in kürze) wieder (?:für sie )?(?:da|erreichbar|online|verfügbar) |
        vorübergehend nicht (?:verfügbar|erreichbar) | (?:maintenance|travaux) en cours |
        (?:actuellement|momentanément) (?:en maintenance|indisponible) | (?:en|por) (?:tareas de )?mantenimiento |
        (?:temporalmente|momentáneamente) (?:fuera de servicio|no disponible) | (?:in|per) manutenzione |
        temporaneamente non disponibile | (?:wegens|in) onderhoud | em manutenção | технически[ех] работ | временно
        недоступ | przerw\w+ techniczn | メンテナンス | (?:系统|网站|服务器)(?:正在)?(?:维护|升级) |
        (?:서버|시스템) 점검
        """,
    Notice.DIRECTORY: r"""
        \[to parent directory\] | \bparent directory\b | übergeordnetes verzeichnis | répertoire parent | directorio
        (?:padre|principal)
        """,
}
#: Patterns within a line of text, by kind of notice.
TEXTS = {notice: compile_phrases(phrases) for notice, phrases in _TEXTS.items()}
