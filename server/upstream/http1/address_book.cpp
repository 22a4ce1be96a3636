// SPDX-License-Identifier: GPL-3.0-or-later
// getaddrinfo on a thread of its own, which is left alone with it: Qt's asynchronous lookup remembers a name for a
// minute, and is waited for at the end of the program.
#include "server/upstream/http1/address_book.h"

#include <QPromise>

#include <algorithm>
#include <cstring>
#include <exception>
#include <memory>
#include <thread>
#include <utility>

#include <netdb.h>

namespace openloop::http1 {

bool Address::operator==(const Address &other) const
{
    return size == other.size && std::memcmp(&storage, &other.storage, size) == 0;
}

Lookup lookUp(const QByteArray &host, quint16 port)
{
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV;
    addrinfo *found = nullptr;
    const QByteArray service = QByteArray::number(port);
    const int error = ::getaddrinfo(host.constData(), service.constData(), &hints, &found);
    if (error != 0)
        return {{}, QString::fromLocal8Bit(error == EAI_SYSTEM ? std::strerror(errno) : ::gai_strerror(error))};
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> all(found, &::freeaddrinfo);
    Lookup lookup;
    for (const addrinfo *one = found; one; one = one->ai_next) {
        Address address;
        address.size = one->ai_addrlen;
        std::memcpy(&address.storage, one->ai_addr, one->ai_addrlen);
        lookup.addresses.push_back(address);
    }
    return lookup;
}

AddressBook::AddressBook(Source source) : m_source(std::move(source))
{
    connect(&m_lookup, &QFutureWatcher<Lookup>::finished, this, &AddressBook::take);
}

// Level-triggered: who is told false waits for looked(), and a lookup is under way then, whose end is told in a later
// turn of the loop.
bool AddressBook::isFresh()
{
    const bool never = m_lookedAt == Clock::time_point::min();
    const auto age = never ? Clock::duration::max() : Clock::now() - m_lookedAt;
    if (age >= m_source.believed && !std::exchange(m_asking, true))
        begin();
    return age < 2 * m_source.believed; // and a lookup that takes its time: within 30 s
}

// The future is what the thread and the book share: it lives as long as either of them, and the watcher lets go of it
// without a wait.
void AddressBook::begin()
{
    const auto found = std::make_shared<QPromise<Lookup>>();
    found->start();
    m_lookup.setFuture(found->future());
    const auto tell = [found](Lookup lookup) {
        found->addResult(std::move(lookup));
        found->finish();
    };
    const auto look = [tell, ask = m_source.ask] {
        try {
            tell(ask());
        } catch (const std::exception &error) {
            tell({{}, QString::fromLocal8Bit(error.what())});
        }
    };
    try {
        std::thread(look).detach();
    } catch (const std::exception &error) { // there are too many
        tell({{}, QString::fromLocal8Bit(error.what())});
    }
}

void AddressBook::take()
{
    m_asking = false;
    m_lookedAt = Clock::now();
    Lookup found = m_lookup.result();
    if (!found.addresses.empty() || m_known.addresses.empty()) {
        if (!std::ranges::is_permutation(found.addresses, m_known.addresses)) // else those demoted stay behind
            m_known = std::move(found);
    }
    emit looked();
}

bool AddressBook::contains(const Address &address) const
{
    return std::ranges::find(m_known.addresses, address) != m_known.addresses.end();
}

void AddressBook::demote(const Address &address)
{
    const auto end = m_known.addresses.end();
    if (const auto found = std::ranges::find(m_known.addresses, address); found != end)
        std::rotate(found, found + 1, end);
}

} // namespace openloop::http1
