// SPDX-License-Identifier: GPL-3.0-or-later
// Answers from the resources, each read once.
#include "server/routes/documents.h"

#include <QFile>

using namespace Qt::Literals::StringLiterals;

static void initOpenapiResource()
{
    Q_INIT_RESOURCE(openapi); // see server/store/schema.cpp
}

namespace openloop {

using http::Request;
using http::Response;

namespace {

QByteArray contentOf(const QString &name)
{
    QFile file(u":/openloop/openapi/"_s + name);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

Response describe(Services &, const Request &)
{
    static const QByteArray description = contentOf(u"openapi.json"_s);
    return {200, "application/json", description};
}

Response showPage(Services &, const Request &)
{
    static const QByteArray page = contentOf(u"page.html"_s);
    Response response(200, "text/html; charset=utf-8", page);
    response.fields.append(
        http::Field{"Content-Security-Policy",
                    "default-src 'none'; connect-src 'self'; script-src 'unsafe-inline'; "
                    "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"});
    return response;
}

} // namespace

void addDocumentRoutes(http::App &app, Services &use)
{
    initOpenapiResource();
    app.route("GET", u"/openapi.json"_s, use, describe);
    for (const QString &path : {u"/docs"_s, u"/redoc"_s})
        app.route("GET", path, use, showPage);
}

} // namespace openloop
