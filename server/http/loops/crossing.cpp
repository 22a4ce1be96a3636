// SPDX-License-Identifier: GPL-3.0-or-later
// Two ends, each touched by its own loop alone: the exchange here, and at home a guest that stands for its connection.
#include "server/http/loops/crossing.h"

#include "server/loop/occupation.h"

#include <QObject>

namespace openloop::http {

namespace {

class Guest;

// What both ends know of a crossing.
struct Way {
    std::shared_ptr<Mailbox> here;
    std::shared_ptr<Mailbox> home;
    std::shared_ptr<Ledger> atHome;
    const Limits limits;
    const bool urgent;
    Guest *guest = nullptr; ///< touched at home alone; null: not there yet, or gone
};

// The end on the connection's loop: what the guest wants done is done to the exchange.
class Local final : public std::enable_shared_from_this<Local>
{
public:
    Local(Exchange exchange, std::shared_ptr<Way> way) : m_exchange(std::move(exchange)), m_way(std::move(way)) { }

    const Exchange &exchange() const { return m_exchange; }
    void heedLeaving();
    void answer(const Response &response) { m_exchange.answer(response); }
    void beginStream(const Response &response) { m_exchange.beginStream(response); }
    QCoro::Task<void> write(QByteArray bytes);
    void finish() { m_exchange.finish(); }
    void breakOff() { m_exchange.breakOff(); }

private:
    Exchange m_exchange;
    const std::shared_ptr<Way> m_way;
    std::optional<std::stop_callback<std::function<void()>>> m_leaving; // last: it uses the others
};

// The end at home. Ends itself when the exchange is over; the mailbox's reader owns what never is.
class Guest final : public QObject, public Asker
{
public:
    Guest(std::shared_ptr<Way> way, std::shared_ptr<Local> local)
        : QObject(way->home->reader()), m_way(std::move(way)), m_local(std::move(local))
    {
        m_way->guest = this;
    }
    ~Guest() override { m_way->guest = nullptr; }
    Q_DISABLE_COPY_MOVE(Guest)

    /// Whether the handler has not answered yet; the client's leaving is heeded from now on.
    void wait()
    {
        tell([](Local &local) { local.heedLeaving(); });
    }
    void leave() { m_stop.request_stop(); }
    void took(qsizetype bytes);

    std::stop_token stopToken() override { return m_stop.get_token(); }
    void stopIfDue() override { } // told by leave()
    bool isDismissed() const override { return false; } // the local end knows, and tells
    void answer(const Response &response) override
    {
        tell([response](Local &local) { local.answer(response); });
        m_local.reset();
        deleteLater();
    }
    void beginStream(const Response &response) override
    {
        tell([response](Local &local) { local.beginStream(response); });
    }
    void writeStream(const QByteArray &bytes) override
    {
        m_underWay += bytes.size();
        tell([bytes](Local &local) { local.write(bytes); });
    }
    void finishStream() override
    {
        tell([](Local &local) { local.finish(); });
        m_local.reset();
        deleteLater();
    }
    bool hasRoom() const override { return m_underWay < limits().streamBuffer; }
    AsyncEvent &roomMade() override { return m_roomMade; }
    void cut() override
    {
        tell([](Local &local) { local.breakOff(); });
    }
    const Limits &limits() const override { return m_way->limits; }

    bool isOver() const { return !m_local; }

private:
    void tell(std::function<void(Local &)> what)
    {
        if (m_local)
            m_way->here->post([local = m_local, what = std::move(what)] { what(*local); }, m_way->urgent);
    }

    const std::shared_ptr<Way> m_way;
    std::shared_ptr<Local> m_local; ///< null once the exchange is over
    std::stop_source m_stop;
    qsizetype m_underWay = 0; ///< bytes of the stream that the client has not taken, as far as is known here
    AsyncEvent m_roomMade;
};

void Local::heedLeaving()
{
    m_exchange.heedLeaving();
    m_leaving.emplace(m_exchange.request().stop, [way = m_way] {
        way->home->post(
            [way] {
                if (way->guest)
                    way->guest->leave();
            },
            way->urgent);
    });
    m_exchange.stopIfDue();
}

// The guest is told when the client has room for more, or wants no more.
QCoro::Task<void> Local::write(QByteArray bytes)
{
    const auto self = shared_from_this();
    m_exchange.write(bytes);
    co_await m_exchange.roomToWrite();
    m_way->home->post([way = m_way, size = bytes.size()] {
        if (way->guest)
            way->guest->took(size);
    });
}

void Guest::took(qsizetype bytes)
{
    m_underWay -= bytes;
    if (hasRoom())
        m_roomMade.notifyAll();
}

} // namespace

void cross(Exchange exchange, const Handler &handler, bool urgent, std::shared_ptr<Mailbox> here,
           std::shared_ptr<Mailbox> home, std::shared_ptr<Ledger> atHome)
{
    const auto way = std::make_shared<Way>(std::move(here), home, std::move(atHome), exchange.limits(), urgent);
    auto local = std::make_shared<Local>(std::move(exchange), way);
    home->post(
        [way, &handler, local = std::move(local)] {
            const Exchange &asked = local->exchange();
            const Request &request = asked.request();
            const Occupied occupied(request.head.method(), asked.route(), request.trace.id());
            QPointer<Guest> guest = new Guest(way, local);
            handler.run(Exchange(guest, guest, request, asked.route(), way->atHome));
            if (handler.mayWait && guest && !guest->isOver())
                guest->wait();
        },
        urgent);
}

} // namespace openloop::http
