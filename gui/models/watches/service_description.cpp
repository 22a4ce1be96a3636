// SPDX-License-Identifier: GPL-3.0-or-later
// Goes from place to place, follows redirects, and tells a document from the page that answers everything.
#include "gui/models/watches/service_description.h"

#include "gui/probe/targets/openapi.h"

#include <QFile>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

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

void ServiceDescription::find(const QString &base, std::function<void(const Found &)> done)
{
    ++m_number;
    m_search = {base, std::move(done), {}, {}};
    ask(0);
}

void ServiceDescription::ask(qsizetype place)
{
    probe::Target request;
    request.name = u"description"_s;
    request.url = m_search.base + places()[place];
    request.options.location = true;
    m_fetcher.fetch(request, [this, place, number = m_number](const probe::Fetched &answer) {
        if (number == m_number)
            take(place, answer);
    });
}

void ServiceDescription::take(qsizetype place, const probe::Fetched &answer)
{
    if (answer.status == 0) // nobody there: nor at the other places
        return end(Found::failed(answer.error));
    const auto &path = places()[place];
    if (answer.status == 200 && !isPage(answer)) {
        const auto found = answer.body.size() < probe::Fetcher::mostBytes
            ? probe::targetsFromOpenApi(answer.body, m_search.base)
            : Found::failed(tr("the OpenAPI document is too large, less than 16 MiB are read"));
        if (found)
            return end(found);
        if (m_search.problem.isEmpty())
            m_search.problem = u"%1%2: %3"_s.arg(m_search.base, path, found.error);
    }
    m_search.answers << (answer.status == 200 ? tr("%1: a page").arg(path)
                                              : u"%1: HTTP %2"_s.arg(path).arg(answer.status));
    if (place + 1 < places().size())
        return ask(place + 1);
    end(Found::failed(m_search.problem.isEmpty() ? tr("%1 has no OpenAPI document at the usual places (%2)")
                                                       .arg(m_search.base, m_search.answers.join(u", "_s))
                                                 : m_search.problem));
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
