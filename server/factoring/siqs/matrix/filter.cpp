// SPDX-License-Identifier: GPL-3.0-or-later
// Drops relations whose large prime nobody else has, again and again, and numbers what is left.
#include "server/factoring/siqs/matrix/filter.h"

#include <algorithm>
#include <array>

namespace openloop::factoring::siqs {

namespace {

constexpr std::size_t stopInterval = 16384; // relations between two questions: about a millisecond

struct Edge {
    std::uint32_t relation;
    std::array<std::uint32_t, 2> large; ///< numbers, not primes
};

/// False when stopped.
bool dropSingletons(std::vector<Edge> &edges, std::size_t primes, const Stop &stop)
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

std::optional<Matrix> filter(const RelationStore &store, std::uint32_t factorBaseSize, const Stop &stop)
{
    std::vector<Edge> edges;
    for (std::size_t i = 0; i < store.size(); ++i) {
        edges.push_back({std::uint32_t(i), store.largePrimes(i)});
        if (i % stopInterval == 0 && stop.requested())
            return std::nullopt;
    }
    if (!dropSingletons(edges, store.largePrimeNumbers(), stop))
        return std::nullopt;

    Matrix matrix;
    std::vector<std::uint32_t> row(store.largePrimeNumbers());
    matrix.rowCount = factorBaseSize;
    Relation relation;
    for (const Edge &edge : edges) {
        store.read(edge.relation, relation); // its factors ascend
        for (const std::uint32_t prime : edge.large) {
            if (prime == 0)
                continue;
            if (row[prime] == 0)
                row[prime] = matrix.rowCount++;
            relation.factors.push_back(row[prime]);
        }
        if (const auto last = relation.factors.end(); edge.large[0] != 0 && last[-2] > last[-1])
            std::swap(last[-2], last[-1]);
        keepOdd(relation.factors);
        matrix.relations.push_back(edge.relation);
        matrix.columns.emplace_back(relation.factors.begin(), relation.factors.end());
        if (matrix.columns.size() % stopInterval == 0 && stop.requested())
            return std::nullopt;
    }
    return matrix;
}

} // namespace openloop::factoring::siqs
