"""Titles and headings of pages that are no articles, in many languages: bot checks, logins, consent forms, errors.

Each is a whole title in lower case, without the site's name: alternatives of a regular expression with " | " between
them, where line ends count as spaces.
"""

from __future__ import annotations

from digest.collect.pages.notice import Notice, compile_phrases

_TITLES = {
    Notice.BOT_CHECK: r"""
        (?:error )?451(?:\W.{0,60})? | unavailable (?:due to|for) legal reasons |
        (?:error )?403(?: error)?(?:[ :-]*forbidden)? | forbidden | just a moment | one moment,? please | please
        wait(?: \W*(?:while .{0,60})?)? | checking your browser.{0,40}
        | making sure you're not a bot | are you (?:a )?(?:human|robot)(?: or a (?:human|robot))? | robot check |
        (?:human|bot|robot|browser|security) (?:verification|check|challenge|checkpoint)(?: required)? |
        .{0,20}security checkpoint | verify(?:ing)? (?:that )?you(?:'re| are) (?:a )?human.{0,40} | attention
        required | client challenge | access (?:to this page has been |to this site has been |is
        )?(?:denied|blocked) | pardon our interruption | (?:sorry, )?you have been blocked | request
        (?:blocked|unsuccessful|rejected) | (?:ddos[- ]guard|ddos protection.{0,30}) | captcha | (?:please
        )?(?:complete|solve) the (?:captcha|security check).{0,40} | one more step | unusual traffic.{0,40} | (?:nur
        )?einen? moment(?: bitte)? | sicherheitsüberprüfung | zugriff (?:verweigert|gesperrt) | sind sie ein mensch
        | un instant | veuillez patienter | vérification de sécurité | accès (?:refusé|interdit) | espere un momento
        | verificación de seguridad | acceso denegado | attendere prego | accesso negato | een ogenblik(?: geduld)?
        | toegang geweigerd | um momento | acesso negado | подождите.{0,20} | доступ (?:запрещен|запрещён|ограничен)
        | проверка браузера | вы не робот | しばらくお待ちください | 请稍候 | 請稍候 | 安全验证 | 安全驗證 |
        人机验证 | 访问被拒绝 | 잠시만 기다리십시오 | un
        momento,? por favor | un momento
        """,
    Notice.LOGIN: r"""
        (?:error )?401(?: .{0,40})? | unauthorized | (?:please )?(?:log|sign)[ -]?(?:in|on)(?:
        (?:to|or|with|into|and) .{1,50})? | login(?:
        (?:to|required|page|form|or) ?.{0,40})? | .{1,30} login | (?:log|sign) ?in required | member login |
        authentication required | create an account.{0,40} | sign up(?: (?:for|to) .{1,40})? | (?:bitte
        )?(?:anmelden|einloggen)(?: (?:bei|oder) .{1,40})? | anmeldung(?: (?:bei|erforderlich).{0,40})? | melden sie
        sich an.{0,40} | connexion(?: à .{1,40})? | se connecter(?: à .{1,40})? | connectez-vous.{0,40} |
        identifiez-vous | iniciar sesi[oó]n(?: en .{1,40})? | inicia sesi[oó]n.{0,40} | inloggen(?: bij .{1,40})? |
        entrar(?: (?:no|na|em) .{1,40})? | iniciar sess[aã]o | logga in.{0,30} | logg inn.{0,30} | log ind.{0,30} |
        kirjaudu.{0,30} | zaloguj.{0,30} | logowanie | přihlášení.{0,20} | bejelentkezés | oturum aç.{0,20} | giriş
        yap | вход.{0,30} | войти.{0,30} | авторизация | увійти | ログイン.{0,20} | 登录 | 登入 | 登錄 | 로그인
        | تسجيل الدخول |
        התחברות | đăng nhập | masuk | accedi(?: (?:a|con) .{1,40})?
        """,
    Notice.CONSENT: r"""
        before you continue(?: to .{1,40})? | (?:we value )?your privacy(?: choices| matters)? | we value your
        privacy | privacy (?:gate|wall|settings|preferences) | cookie(?:s|-)?
        ?(?:consent|settings|notice|preferences|wall|einstellungen|hinweis|zustimmung) | your data,? your choice |
        bevor sie (?:zu .{1,40} )?(?:weitergehen|fortfahren|weiterlesen).{0,20} | zustimmung.{0,40} |
        datenschutz-?einstellungen | privatsphäre.{0,40} | .{1,30} mit werbung(?: und cookies)?(?: lesen| nutzen)? |
        avant (?:de continuer|d'accéder).{0,40} | gestion (?:de vos|des) cookies | votre vie privée.{0,40} | nous
        respectons votre vie privée | antes de (?:continuar|ir).{0,40} | su privacidad.{0,40} | tu privacidad.{0,40}
        | configuración de cookies | prima di continuare.{0,40} | la tua privacy.{0,40} | voordat (?:je|u)
        (?:verdergaat|doorgaat).{0,40} | dpg media privacy gate | antes de continuar.{0,40} | innan du
        fortsätter.{0,40} | zanim przejdziesz dalej.{0,40}
        """,
    Notice.NOT_FOUND: r"""
        video unavailable | content unavailable |
        (?:http |error |fehler |erreur |errore |ошибка )*(?:404|410)(?: error| fehler| page)?(?: ?\(?(?:page |file
        |seite )?not found\)?)? | (?:sorry|oops|whoops|uh oh|hmm)\W{0,3}.{0,30}(?:not found|can't be found|cannot be
        found|doesn't exist|went wrong|missing) | (?:the |this |requested
        )*(?:page|file|article|document|content|story|url|resource|post|site|site page)? ?(?:was |is |has been
        |could |can )*(?:not|no longer) (?:be )?(?:found|exist|available|here)(?: on this server)? | (?:this |the
        |that )?(?:page|content|article|post|story|video) (?:isn't|isn’t|is not|does not|doesn't|no longer)
        (?:available|exists?|here)(?: right now| anymore)? | nothing (?:was )?found(?: here)? | (?:we
        )?(?:can't|couldn't|cannot|could not) (?:seem to )?find (?:that|this|the) page.{0,40} | page missing |
        (?:die |diese )?(?:angeforderte )?(?:seite|artikel|datei|inhalt) (?:wurde |konnte |ist )?(?:leider )?nicht
        (?:gefunden|vorhanden|verfügbar|mehr verfügbar)(?: werden)? | nicht gefunden | (?:cette )?page
        (?:introuvable|non trouvée|inexistante|demandée est introuvable|n'existe (?:pas|plus)) | article introuvable
        | (?:la )?p[aá]gina (?:solicitada )?no (?:encontrada|existe|disponible|se encuentra|se ha encontrado) | no
        (?:se ha )?encontrad[oa].{0,30} | no hemos encontrado.{0,40} | (?:la )?pagina non
        (?:trovata|esiste|disponibile|è stata trovata) | non trovat[oa] | (?:deze )?pagina (?:is )?niet
        (?:gevonden|beschikbaar) | niet gevonden | p[aá]gina (?:não|nao) encontrada | (?:não|nao) encontrad[oa] |
        sidan (?:kunde inte|hittades inte|finns inte).{0,20} | siden (?:blev|ble|findes|finnes)? ?ikke.{0,20} |
        sivua ei löyt.{0,12} | strona nie (?:została znaleziona|istnieje) | nie znaleziono(?: strony)? |
        str[aá]nk[au] (?:nenalezena|nebyla nalezena|neexistuje|sa nenašla) | (?:az )?oldal nem (?:található|létezik)
        | a lap nem található | pagina nu (?:a fost găsită|există) | sayfa bulunamad[ıi] | страница не
        (?:найдена|существует) | (?:запрашиваемая )?страница не найдена | сторінк[уа] не (?:знайдено|знайдена|існує)
        | η σελίδα δεν (?:βρέθηκε|υπάρχει) | страницата не е намерена |
        (?:お探しの)?ページ(?:が|は)(?:見つかりません(?:でした)?|存在しません) |
        (?:页面|頁面|网页|網頁)(?:不存在|未找到|找不到.{0,4}|没有找到|已被?删除) |
        (?:找不到|未找到)(?:该|此|這個)?(?:页面|頁面|网页|網頁) | (?:요청하신 )?페이지를 찾을 수 없습니다 |
        الصفحة غير موجودة | لم يتم العثور على
        الصفحة | הדף (?:לא נמצא|המבוקש.{0,20}) | halaman tidak ditemukan | không tìm thấy trang.{0,10} |
        ไม่พบหน้า.{0,20}
        """,
    Notice.PARKED: r"""
        (?:the domain (?:name )?)?[\w.-]+\.\w{2,12} (?:is |may be )?(?:for sale|parked|available).{0,40} | this
        domain.{0,20}(?:for sale|available|expired|parked).{0,30} | buy .{0,20}domain.{0,30} | domain (?:for
        sale|parking|parked|expired|(?:steht )?zu verkaufen|zum verkauf|te koop|à vendre|en venta) |
        [\w.-]+\.\w{2,12}.{0,5}steht zum verkauf | parked domain.{0,20} | welcome to nginx | apache2? (?:ubuntu
        |debian )?default page.{0,20} | test page for .{0,40} | iis windows server | it works | default web
        ?(?:page|site).{0,20} | (?:website |site )?(?:coming soon|under construction) | in kürze verfügbar | en
        construction | en construcción | in costruzione | account suspended.{0,20} | future home of.{0,40} | hier
        entsteht (?:eine neue|ein neuer).{0,40} | plesk.{0,20}default page.{0,10} | домен
        (?:продается|продаётся|припаркован).{0,20}
        """,
    Notice.NEEDS_SCRIPT: r"""
        javascript (?:is |must be )?(?:not available|disabled|required|needed|enabled) | (?:please )?(?:enable|turn
        on|activate) (?:your )?javascript.{0,40} | you need to enable javascript.{0,40} | (?:your )?browser (?:is
        )?(?:not supported|unsupported|out of date|outdated) | unsupported browser | loading | chargement(?: en
        cours)? | cargando | caricamento | (?:bitte )?(?:aktivieren sie )?javascript (?:aktivieren|ist
        deaktiviert|erforderlich).{0,20} | javascript (?:est )?(?:désactivé|requis).{0,20} | javascript (?:está
        )?desactivado | загрузка | 読み込み中 | 加载中
        """,
    Notice.OUT_OF_ORDER: r"""
        52\d(?:\W.{0,60})? | connection timed out |
        (?:error )?(?:429|50[0-4])(?: .{0,40})? | too many requests | (?:site |website |scheduled |planned |down
        for |under |undergoing |in |our site is |we are |we're
        )*maintenance(?: mode| break| page| in progress)? | we(?:'ll| will) be (?:right )?back(?: soon| shortly)? |
        be right back | (?:503 ?|502 ?|500 ?|504 ?|error ?)*(?:service (?:temporarily )?unavailable|bad
        gateway|internal server error|gateway time-?out)(?: error)? | temporarily (?:unavailable|offline|closed|down
        for maintenance) | (?:site|server|database) (?:is )?(?:offline|down|error) | error establishing a database
        connection | (?:web )?server is (?:down|returning an unknown error) | something went wrong | technical
        difficulties | an error (?:has )?occurred | application error | wartung(?:sarbeiten|smodus)? | wir sind
        (?:gleich|bald) (?:wieder|zurück).{0,20} | vorübergehend nicht (?:verfügbar|erreichbar) | (?:site |page )?en
        maintenance | maintenance en cours | nous revenons (?:bientôt|vite) | (?:sitio |página |web )?en
        mantenimiento | volvemos (?:pronto|enseguida) | (?:sito |pagina )?in manutenzione | torniamo
        (?:presto|subito) | (?:site |pagina )?in onderhoud | (?:site |página )?em manutenção | технические
        работы.{0,30} | сайт (?:временно недоступен|на обслуживании|закрыт).{0,20} | przerwa techniczna |
        メンテナンス中?.{0,10} | 系统维护.{0,10} | 网站维护.{0,10} | 서비스 점검.{0,10} | bakım (?:çalışması|modu)
        """,
    Notice.DIRECTORY: r"""
        index of /?.{0,200} | directory listing(?: for| of)?:? ?.{0,200} | (?:directory|folder):? /.{0,200} |
        [\w.-]+(?::\d+)? - /.{0,200} | files? in /.{0,200}
        """,
}
#: Patterns of whole titles, by kind of notice.
TITLES = {notice: compile_phrases(phrases) for notice, phrases in _TITLES.items()}
