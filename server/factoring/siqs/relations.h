// SPDX-License-Identifier: GPL-3.0-or-later
// Relations, packed: a 95-digit job keeps millions of them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace openloop::factoring::siqs {

/// X^2 = 4 * (product of the primes named by `factors`, the sign among them) * large[0] * large[1]  modulo
/// kn.
struct Relation {
    std::array<std::uint64_t, 3> x{};
    std::array<std::uint32_t, 2> large{1, 1}; ///< large primes, ascending; 1: none
    std::vector<std::uint32_t> factors; ///< factor-base indices with multiplicity
};

/// Relations in the packed form: 32 bytes and about one and a half for each factor.
class RelationBatch
{
public:
    /// Sorts relation.factors.
    void append(Relation &relation);
    bool empty() const { return m_bytes.empty(); }
    void clear() { m_bytes.clear(); }
    const std::vector<std::uint8_t> &bytes() const { return m_bytes; }

private:
    std::vector<std::uint8_t> m_bytes;
};

/// Counts how many independent cycles edges between large primes close, as they come (union-find).
class CycleCounter
{
public:
    CycleCounter();
    /// True when the edge closes a cycle. 1 stands for "no large prime".
    bool connect(std::uint32_t from, std::uint32_t to);

    /// The number of a prime that has come in an edge, 1 and up; 0 for "no large prime".
    std::uint32_t number(std::uint32_t prime) const;
    std::size_t numbers() const { return m_parent.size(); } ///< all are below

private:
    std::uint32_t vertex(std::uint32_t prime);
    std::size_t place(std::uint32_t prime) const;
    std::uint32_t root(std::uint32_t vertex);
    void grow();

    struct Slot {
        std::uint32_t prime = 0;
        std::uint32_t vertex = 0;
    };
    std::vector<Slot> m_slots;
    std::vector<std::uint32_t> m_parent;
};

/// All relations of a job. Not thread-safe: its owner locks.
class RelationStore
{
public:
    /// Takes over what a worker found; duplicates are dropped.
    void add(const RelationBatch &batch);

    std::size_t size() const { return m_records.size(); }
    std::size_t full() const { return m_full; } ///< relations without large primes
    std::size_t cycles() const { return m_cycles; } ///< independent combinations of the others
    std::size_t usable() const { return m_full + m_cycles; }
    std::size_t bytes() const { return m_chunks.size() * chunkSize; }

    /// Overwrites `relation`; its vector's capacity is reused.
    void read(std::size_t index, Relation &relation) const;
    /// By their numbers, which are dense; 0: none.
    std::array<std::uint32_t, 2> largePrimes(std::size_t index) const;
    std::size_t largePrimeNumbers() const { return m_graph.numbers(); }

private:
    static constexpr std::size_t chunkSize = std::size_t(1) << 20;

    const std::uint8_t *keep(const std::uint8_t *record, std::size_t size);
    bool isNew(std::uint64_t fingerprint);

    std::vector<std::unique_ptr<std::uint8_t[]>> m_chunks;
    std::size_t m_used = chunkSize;
    std::vector<const std::uint8_t *> m_records;
    std::vector<std::uint64_t> m_seen; ///< open addressing; 0: free
    std::size_t m_full = 0;
    std::size_t m_cycles = 0;
    CycleCounter m_graph;
};

} // namespace openloop::factoring::siqs
