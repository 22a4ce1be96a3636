// SPDX-License-Identifier: GPL-3.0-or-later
// Answers from the resources, each read once; all links are relative, so that a proxy may cut off a prefix.
#include "server/routes/documents.h"

#include "server/http/app.h"
#include "server/routes/description.h"
#include "server/routes/input.h"

#include <QFile>

using namespace Qt::Literals::StringLiterals;

namespace openloop {

using http::App;
using http::Json;
using http::Request;
using http::Response;

namespace {

// The same of every app of a process.
const Description &descriptionOf(const App &app)
{
    static const Description description(app.routes());
    return description;
}

QByteArray contentOf(const QString &name)
{
    QFile file(u":/openloop/openapi/"_s + name);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

Response page(const QByteArray &content)
{
    Response response(200, "text/html; charset=utf-8", content);
    response.fields.append(
        http::Field{"Content-Security-Policy",
                    "default-src 'none'; connect-src 'self'; script-src 'unsafe-inline'; "
                    "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"});
    return response;
}

Json listOf(const Description &description, const QString &prefix)
{
    const auto toElement = [&prefix](const Description::Operation &operation) {
        return Json{{u"method"_s, QString::fromLatin1(operation.method)},
                    {u"path"_s, prefix + operation.path},
                    {u"summary"_s, operation.summary}};
    };
    return {{u"name"_s, u"openloop"_s},
            {u"version"_s, QStringLiteral(OPENLOOP_VERSION)},
            {u"description"_s, description.text()},
            {u"docs"_s, prefix + u"/docs"_s},
            {u"openapi"_s, prefix + u"/openapi.json"_s},
            {u"routes"_s, Json::array(description.operations(), toElement)}};
}

QByteArray pageOf(const Description &description)
{
    QString rows;
    for (const Description::Operation &operation : description.operations()) {
        const QString path = operation.path.toHtmlEscaped();
        const bool isLink = operation.method == "GET" && !path.contains(u'{') && path != u"/"_s;
        rows += u"<tr><td class=\"method %1\">%1</td><td><code>%2</code></td><td>%3</td></tr>\n"_s.arg(
            QString::fromLatin1(operation.method), isLink ? u"<a href=\".%1\">%1</a>"_s.arg(path) : path,
            operation.summary.toHtmlEscaped());
    }
    return contentOf(u"index.html"_s).replace("VERSION", OPENLOOP_VERSION).replace("<!-- ROUTES -->", rows.toUtf8());
}

Response list(App &app, const Request &request)
{
    static const QByteArray html = pageOf(descriptionOf(app));
    const bool asPage = acceptance(request, "text/html") > acceptance(request, "application/json");
    Response response = asPage ? page(html) : listOf(descriptionOf(app), QString::fromLatin1(request.from.prefix));
    response.fields.append(http::Field{"Vary", "Accept"});
    return response;
}

Response describe(App &app, const Request &request)
{
    return {200, "application/json", descriptionOf(app).document(request.from.prefix)};
}

Response showPage(const Request &)
{
    static const QByteArray content = contentOf(u"page.html"_s);
    return page(content);
}

} // namespace

void addDocumentRoutes(App &app)
{
    app.route("GET", u"/"_s, app, list);
    app.route("GET", u"/openapi.json"_s, app, describe);
    for (const QString &path : {u"/docs"_s, u"/redoc"_s})
        app.route("GET", path, showPage);
}

} // namespace openloop
