// SPDX-License-Identifier: GPL-3.0-or-later
// One request for /nodes at a time, so that whoever is named in the answer need not be asked itself.
#include "gui/models/watches/fleet_watch.h"

#include "common/endpoints.h"
#include "gui/models/target_address.h"

#include <QUrl>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace openloop::gui {

namespace {

constexpr auto often = 2s;
constexpr auto seldom = 30s; // services that are none of ours
constexpr auto fresh = often - 500ms; // the timer is not exact
constexpr auto stale = 10s; // what is older is not shown
constexpr auto patience = 5s; // with an answer
constexpr qsizetype longestMetrics = 1 << 20; // bytes; ours are some 30 kB

/// What identifies the client at its service and the way there, without what the request is about.
probe::Target requestOf(const probe::Target &target)
{
    probe::Target request;
    request.name = u"fleet"_s;
    request.timeout = patience;
    request.verifyTls = target.verifyTls;
    request.options.user = target.options.user;
    request.options.cookie = target.options.cookie;
    request.options.http2 = target.options.http2;
    request.options.proxy = target.options.proxy;
    request.options.cacert = target.options.cacert;
    request.options.cert = target.options.cert;
    request.options.key = target.options.key;
    request.options.resolve = target.options.resolve;
    for (const auto &header : target.headers) {
        const QString name = header.name.toLower();
        if (name == "authorization"_L1 || name == "cookie"_L1 || name == "host"_L1)
            request.headers << header;
    }
    return request;
}

QList<Metric> lagsOf(const QList<Metric> &metrics)
{
    QList<Metric> lags;
    for (const Metric &metric : metrics) {
        if (metric.name == "openloop_event_loop_lag_seconds_bucket"_L1)
            lags << metric;
    }
    return lags;
}

QString problemOf(const QString &where, const probe::Fetched &answer)
{
    return where + u": "_s + (answer.status == 0 ? answer.error : u"HTTP %1"_s.arg(answer.status));
}

/// Whether it may be a service of ours that does not say so now: it is away, wants a token, or is in trouble.
bool mayBeOurs(const probe::Fetched &answer)
{
    return answer.status == 0 || answer.status == 401 || answer.status == 403 || answer.status >= 500;
}

/// Without scheme and password.
QString authorityOf(const QString &base)
{
    return QUrl(base).authority(QUrl::FullyEncoded).section(u'@', -1);
}

} // namespace

FleetWatch::FleetWatch(QObject *parent) : QObject(parent)
{
    m_timer.setInterval(often);
    connect(&m_timer, &QTimer::timeout, this, &FleetWatch::round);
    m_soon.setSingleShot(true);
    m_soon.setInterval(100ms);
    connect(&m_soon, &QTimer::timeout, this, &FleetWatch::tell);
    tell();
}

QList<FleetWatch::Service> FleetWatch::servicesOf(const QList<probe::Target> &targets)
{
    QList<Service> services;
    for (const auto &target : targets) {
        Service service;
        service.base = baseUrlOf({target});
        if (services.size() < mostServices && !service.base.isEmpty()
            && std::ranges::find(services, service.base, &Service::base) == services.end()) {
            service.request = requestOf(target);
            services << service;
        }
    }
    return services;
}

void FleetWatch::setTargets(const std::optional<QList<probe::Target>> &targets)
{
    if (targets == m_targets)
        return;
    const bool isOther = targets.has_value() != m_targets.has_value();
    m_targets = targets;
    const auto services = servicesOf(targets.value_or(QList<probe::Target>()));
    const auto isSame = [](const Service &one, const Service &other) {
        return one.base == other.base && one.request == other.request;
    };
    if (!isOther && std::ranges::equal(services, m_services, isSame))
        return; // other targets of the same services
    ++m_life;
    m_services = services;
    m_scrapes.clear();
    m_digits.clear();
    m_asksNodes = false;
    tell();
    if (m_timer.isActive())
        round();
}

void FleetWatch::setWatched(bool watched)
{
    if (watched == m_timer.isActive())
        return;
    if (!watched)
        return m_timer.stop();
    m_timer.start();
    round();
}

void FleetWatch::round()
{
    const auto now = Clock::now();
    for (qsizetype i = 0; i < m_services.size(); ++i) {
        if (!m_services[i].isAsked && now >= m_services[i].next)
            askMetrics(i);
    }
    forget();
    askNodes();
    tell();
}

void FleetWatch::fetch(qsizetype service, const QString &where, probe::Fetcher::Done done)
{
    probe::Target request = m_services[service].request;
    request.url = m_services[service].base + where;
    m_fetcher.fetch(request, [this, life = m_life, done = std::move(done)](const probe::Fetched &answer) {
        if (life == m_life)
            done(answer);
    });
}

void FleetWatch::askMetrics(qsizetype service)
{
    m_services[service].isAsked = true;
    fetch(service, endpoints::metrics, [this, service](const probe::Fetched &answer) {
        m_services[service].isAsked = false;
        takeMetrics(m_services[service], answer);
        askNodes();
        tellSoon();
    });
}

void FleetWatch::takeMetrics(Service &service, const probe::Fetched &answer)
{
    const auto now = Clock::now();
    const auto metrics =
        answer.status == 200 && answer.body.size() <= longestMetrics ? parseMetrics(answer.body) : QList<Metric>();
    const auto named = [&metrics](QStringView name) { return std::ranges::find(metrics, name, &Metric::name); };
    const bool wasOurs = std::exchange(service.isOurs, named(u"openloop_build_info") != metrics.end());
    if (!service.isOurs) {
        service.metricsProblem = mayBeOurs(answer) ? problemOf(endpoints::metrics, answer) : QString();
        service.nodesProblem.clear();
        service.said = {};
        // One of ours that is away, or that asks for a token, is expected back.
        service.next = wasOurs || answer.status == 0 ? Clock::time_point() : now + seldom;
        return;
    }
    service.metricsProblem.clear();
    service.waiting.reset();
    for (const Metric &metric : metrics) {
        const QString state = metric.labels.value(u"state"_s);
        if (metric.name == "openloop_jobs"_L1 && (state == "queued"_L1 || state == "held"_L1))
            service.waiting = service.waiting.value_or(0) + metric.value;
    }
    const auto info = named(u"openloop_node_info");
    const QString self = info == metrics.end() ? QString() : info->labels.value(u"id"_s);
    if (self != service.said.self)
        service.selfSince = now;
    service.said.self = self;
    if (self.isEmpty())
        return;
    const auto before = m_scrapes.constFind(self);
    const auto figures = serverFigures(metrics, before == m_scrapes.cend() ? QList<Metric>() : before->lags);
    Scrape scrape{{figures.poolBusy, figures.poolSize, figures.queued, {}}, lagsOf(metrics), now};
    if (before != m_scrapes.cend()) // else it would be the highest since its start
        scrape.figures.loopLagMilliseconds = figures.loopLagMilliseconds;
    m_scrapes.insert(self, scrape);
}

QList<QList<qsizetype>> FleetWatch::groups() const
{
    QList<FleetMember> members;
    QList<qsizetype> ours;
    for (qsizetype i = 0; i < m_services.size(); ++i) {
        if (!m_services[i].isOurs)
            continue;
        members << m_services[i].said;
        ours << i;
    }
    auto groups = fleetsOf(members);
    for (auto &group : groups) {
        for (auto &member : group)
            member = ours[member];
    }
    return groups;
}

void FleetWatch::askNodes()
{
    if (m_asksNodes || !m_timer.isActive())
        return;
    const auto now = Clock::now();
    for (const auto &group : groups()) {
        const auto answered = [this](qsizetype member) { return m_services[member].nodesAt; };
        if (answered(*std::ranges::max_element(group, {}, answered)) > now - fresh)
            continue;
        const auto rests = [this, now](qsizetype member) { return m_services[member].rests > now; };
        const auto teller = std::ranges::find_if_not(group, rests);
        if (teller == group.end())
            continue;
        m_asksNodes = true;
        fetch(*teller, endpoints::nodes, [this, service = *teller, group](const probe::Fetched &answer) {
            m_asksNodes = false;
            takeNodes(service, group, answer);
            askNodes();
            tellSoon();
        });
        return;
    }
}

void FleetWatch::takeNodes(qsizetype service, const QList<qsizetype> &group, const probe::Fetched &answer)
{
    Service &teller = m_services[service];
    const auto now = Clock::now();
    auto nodes = probe::Parsed<QList<Node>>::failed({});
    if (answer.status == 200)
        nodes = parseNodes(answer.body);
    if (!nodes) {
        teller.nodesProblem =
            answer.status == 200 ? endpoints::nodes + u": "_s + nodes.error : problemOf(endpoints::nodes, answer);
        teller.rests = now + stale;
        return;
    }
    teller.nodesProblem.clear();
    teller.said.nodes = *nodes;
    teller.nodesAt = now;
    // What the others said before is older, and not needed to know that they are of this group.
    for (const qsizetype member : group) {
        auto &other = m_services[member];
        if (member != service && std::ranges::find(*nodes, other.said.self, &Node::id) != nodes->end())
            other.said.nodes.clear();
    }
    askDigits(service);
}

void FleetWatch::askDigits(qsizetype service)
{
    QStringList unknown;
    for (const Node &node : std::as_const(m_services[service].said.nodes)) {
        for (const NodeJob &job : node.jobs) {
            if (!m_digits.contains(job.id))
                unknown << job.id;
        }
    }
    if (unknown.isEmpty())
        return;
    for (const QString &id : std::as_const(unknown))
        m_digits.insert(id, 0); // once: what is not on the page now will not be on the next
    fetch(service, endpoints::factorizations + u"?state=running&limit=1000"_s,
          [this, unknown](const probe::Fetched &answer) {
              const auto known = answer.status == 200 ? digitsOfJobs(answer.body) : QHash<QString, int>();
              for (const QString &id : unknown) {
                  if (const int digits = known.value(id); digits > 0 && m_digits.contains(id))
                      m_digits[id] = digits;
              }
              tellSoon();
          });
}

void FleetWatch::forget()
{
    const auto oldest = Clock::now() - stale;
    QSet<QString> jobs;
    for (auto &service : m_services) {
        if (service.nodesAt < oldest)
            service.said.nodes.clear();
        for (const Node &node : std::as_const(service.said.nodes)) {
            for (const NodeJob &job : node.jobs)
                jobs.insert(job.id);
        }
    }
    m_digits.removeIf([&jobs](const auto &each) { return !jobs.contains(each.key()); });
    m_scrapes.removeIf([oldest](const auto &each) { return each.value().at < oldest; });
}

SeenFleet FleetWatch::seen(const QList<qsizetype> &group) const
{
    const auto answered = [this](qsizetype member) { return m_services[member].nodesAt; };
    SeenFleet fleet;
    for (const qsizetype member : group)
        fleet.waiting = m_services[member].waiting ? m_services[member].waiting : fleet.waiting;
    for (const Node &node : m_services[*std::ranges::max_element(group, {}, answered)].said.nodes) {
        SeenNode one{node, {}, {}};
        for (NodeJob &job : one.node.jobs)
            job.digits = m_digits.value(job.id);
        if (const auto scrape = m_scrapes.constFind(node.id); scrape != m_scrapes.cend())
            one.figures = scrape->figures;
        // Of several that lead there the one that has for longest: a balancer leads elsewhere soon.
        auto since = Clock::time_point::max();
        for (const qsizetype member : group) {
            const Service &service = m_services[member];
            if (service.said.self == node.id && service.selfSince < since) {
                since = service.selfSince;
                one.address = authorityOf(service.base);
            }
        }
        fleet.nodes << one;
    }
    return fleet;
}

QString FleetWatch::absence() const
{
    if (!m_targets)
        return tr("A recording does not hold which servers shared a queue.");
    const QString purpose = tr("The servers that share a queue are shown here, and which of them works on which job.");
    const auto ours = std::ranges::find_if(m_services, &Service::isOurs);
    const auto problemOf = [](const Service &one) {
        return one.metricsProblem.isEmpty() ? one.nodesProblem : one.metricsProblem;
    };
    const auto away = std::ranges::find_if(m_services, [&](const Service &one) { return !problemOf(one).isEmpty(); });
    const auto asked = std::ranges::find_if(m_services, &Service::isAsked);
    const QString reason = away != m_services.end()             ? authorityOf(away->base) + problemOf(*away)
        : ours != m_services.end() || asked != m_services.end() ? tr("Nobody has answered yet.")
                                                                : tr("No target is an openloop-server.");
    return purpose + u' ' + reason;
}

void FleetWatch::tellSoon()
{
    if (!m_soon.isActive()) // else it would be put off for ever
        m_soon.start();
}

void FleetWatch::tell()
{
    m_fleets.clear();
    for (const auto &group : groups()) {
        if (const auto fleet = seen(group); !fleet.nodes.isEmpty())
            m_fleets << fleet;
    }
    m_problem = m_fleets.isEmpty() ? absence() : QString();
    emit changed();
}

} // namespace openloop::gui
