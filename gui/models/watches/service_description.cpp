// SPDX-License-Identifier: GPL-3.0-or-later
// Goes from place to place, follows redirects, and tells a document from the page that answers everything.
#include "gui/models/watches/service_description.h"

#include "gui/probe/targets/openapi.h"

#include <QFile>
#include <QUrl>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

constexpr qsizetype mostTold = 5; // answers in an error
constexpr qsizetype mostFolders = 2;

QString originOf(const QUrl &url)
{
    return url.adjusted(QUrl::RemovePath | QUrl::RemoveQuery | QUrl::RemoveFragment).toString();
}

/// "http://h", "http://h/master" for http://h/master/health; what has no folders is one.
QStringList basesOf(const QString &text)
{
    const QUrl url(text);
    QStringList bases{originOf(url)};
    const auto folders = url.path(QUrl::FullyEncoded).split(u'/', Qt::SkipEmptyParts);
    for (qsizetype i = 0; i < std::min(mostFolders, folders.size()); ++i)
        bases << bases.last() + u'/' + folders[i];
    return bases;
}

/// A page for people: what many services answer wherever one asks.
bool isPage(const probe::Fetched &answer)
{
    return answer.contentType.contains("html") || answer.body.trimmed().startsWith('<');
}

} // namespace

const QStringList &ServiceDescription::places()
{
    static const QStringList usual{u"/openapi.json"_s,
                                   u"/openapi.yaml"_s,
                                   u"/openapi.yml"_s,
                                   u"/v3/api-docs"_s, // springdoc
                                   u"/swagger.json"_s,
                                   u"/swagger.yaml"_s,
                                   u"/swagger/v1/swagger.json"_s, // ASP.NET
                                   u"/openapi/v1.json"_s, // ASP.NET since 9
                                   u"/api-docs"_s,
                                   u"/v2/api-docs"_s, // springfox
                                   u"/api/openapi.json"_s,
                                   u"/api/swagger.json"_s,
                                   u"/api/schema/"_s, // drf-spectacular
                                   u"/api-json"_s, // NestJS
                                   u"/swagger/doc.json"_s, // swag
                                   u"/documentation/json"_s, // Fastify
                                   u"/q/openapi"_s, // Quarkus
                                   u"/openapi"_s}; // MicroProfile
    return usual;
}

void ServiceDescription::find(const QString &url, std::function<void(const Found &)> done)
{
    ++m_number;
    m_search = {{}, std::move(done), {}, {}, {}};
    for (const auto &place : places()) {
        for (const auto &base : basesOf(url))
            m_search.left.append({base, place});
    }
    ask();
}

void ServiceDescription::ask()
{
    probe::Target request;
    request.name = u"description"_s;
    request.url = m_search.left.first().first + m_search.left.first().second;
    request.options.location = true;
    m_fetcher.fetch(request, [this, number = m_number](const probe::Fetched &answer) {
        if (number == m_number)
            take(answer);
    });
}

void ServiceDescription::take(const probe::Fetched &answer)
{
    if (answer.status == 0) // nobody there: nor at the other places
        return end(Found::failed(answer.error));
    const auto [base, place] = m_search.left.takeFirst();
    if (answer.status == 200 && !isPage(answer)) {
        const auto found = answer.body.size() < probe::Fetcher::mostBytes
            ? probe::targetsFromOpenApi(answer.body, base)
            : Found::failed(tr("the OpenAPI document is too large, less than 16 MiB are read"));
        if (found)
            return end(found);
        if (m_search.problem.isEmpty())
            m_search.problem = u"%1%2: %3"_s.arg(base, place, found.error);
    }
    (answer.status == 404 ? m_search.absent : m_search.answers) << QUrl(base).path() + place + u": "_s
            + (answer.status == 200 ? tr("a page") : u"HTTP %1"_s.arg(answer.status));
    if (!m_search.left.isEmpty())
        return ask();
    if (!m_search.problem.isEmpty())
        return end(Found::failed(m_search.problem));
    const auto answers = m_search.answers + m_search.absent;
    end(Found::failed(tr("%1 has no OpenAPI document at the usual places (%2)")
                          .arg(originOf(QUrl(base)),
                               answers.first(std::min(mostTold, answers.size())).join(u", "_s)
                                   + (answers.size() > mostTold ? u", …"_s : QString()))));
}

void ServiceDescription::end(const Found &found)
{
    const auto done = std::exchange(m_search.done, {});
    done(found);
}

ServiceDescription::Found ServiceDescription::read(const QString &path, const QString &base)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return Found::failed(u"%1: %2"_s.arg(path, file.errorString()));
    // A byte more than is read of a document: it then says itself that it is too large.
    auto found = probe::targetsFromOpenApi(file.read(probe::Fetcher::mostBytes + 1), base, probe::OpenApiFrom::File);
    return found ? found : Found::failed(u"%1: %2"_s.arg(path, found.error));
}

} // namespace openloop::gui
