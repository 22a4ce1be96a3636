// SPDX-License-Identifier: GPL-3.0-or-later
// See siqs_filter.h.
#include "server/factoring/siqs_filter.h"

#include <algorithm>
#include <array>

namespace openloop::factoring::siqs {

namespace {

constexpr std::size_t stopInterval = 16384; // relations between two questions: about a millisecond

/// Large primes renumbered 1, 2, ...; 0: none.
class Numbering
{
public:
    explicit Numbering(const RelationStore &store)
    {
        for (std::size_t i = 0; i < store.size(); ++i) {
            for (const std::uint32_t prime : store.largePrimes(i)) {
                if (prime > 1)
                    m_primes.push_back(prime);
            }
        }
        std::ranges::sort(m_primes);
        const auto repeated = std::ranges::unique(m_primes);
        m_primes.erase(repeated.begin(), repeated.end());
    }

    std::uint32_t of(std::uint32_t prime) const
    {
        return prime <= 1 ? 0 : std::uint32_t(std::ranges::lower_bound(m_primes, prime) - m_primes.begin()) + 1;
    }
    std::size_t size() const { return m_primes.size() + 1; }

private:
    std::vector<std::uint32_t> m_primes;
};

struct Edge {
    std::uint32_t relation;
    std::array<std::uint32_t, 2> large;
};

/// False when stopped.
bool dropSingletons(std::vector<Edge> &edges, std::size_t primes, const StopSignal &stop)
{
    for (std::size_t before = edges.size() + 1; before != edges.size();) {
        if (stop.requested())
            return false;
        before = edges.size();
        std::vector<std::uint8_t> count(primes);
        for (const Edge &edge : edges) {
            for (const std::uint32_t prime : edge.large)
                count[prime] = std::min<std::uint8_t>(2, std::uint8_t(count[prime] + 1));
        }
        count[0] = 2;
        std::erase_if(edges, [&](const Edge &edge) {
            // The square of one large prime needs no partner.
            return edge.large[0] != edge.large[1] && (count[edge.large[0]] < 2 || count[edge.large[1]] < 2);
        });
    }
    return true;
}

void keepOdd(std::vector<std::uint32_t> &sorted)
{
    std::size_t kept = 0;
    for (std::size_t i = 0; i < sorted.size();) {
        std::size_t next = i;
        while (next < sorted.size() && sorted[next] == sorted[i])
            ++next;
        if ((next - i) & 1U)
            sorted[kept++] = sorted[i];
        i = next;
    }
    sorted.resize(kept);
}

} // namespace

std::optional<Matrix> filter(const RelationStore &store, std::uint32_t factorBaseSize, const StopSignal &stop)
{
    const Numbering numbering(store);
    std::vector<Edge> edges;
    for (std::size_t i = 0; i < store.size(); ++i) {
        const auto large = store.largePrimes(i);
        edges.push_back({std::uint32_t(i), {numbering.of(large[0]), numbering.of(large[1])}});
        if (i % stopInterval == 0 && stop.requested())
            return std::nullopt;
    }
    if (!dropSingletons(edges, numbering.size(), stop))
        return std::nullopt;

    Matrix matrix;
    std::vector<std::uint32_t> row(numbering.size());
    matrix.rowCount = factorBaseSize;
    Relation relation;
    for (const Edge &edge : edges) {
        store.read(edge.relation, relation);
        for (const std::uint32_t prime : edge.large) {
            if (prime == 0)
                continue;
            if (row[prime] == 0)
                row[prime] = matrix.rowCount++;
            relation.factors.push_back(row[prime]);
        }
        std::ranges::sort(relation.factors);
        keepOdd(relation.factors);
        matrix.relations.push_back(edge.relation);
        matrix.columns.emplace_back(relation.factors.begin(), relation.factors.end());
        if (matrix.columns.size() % stopInterval == 0 && stop.requested())
            return std::nullopt;
    }
    return matrix;
}

} // namespace openloop::factoring::siqs
