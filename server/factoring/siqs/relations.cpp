// SPDX-License-Identifier: GPL-3.0-or-later
// Records of bytes, duplicates by fingerprint, and cycles of large primes counted by union and find.
#include "server/factoring/siqs/relations.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace openloop::factoring::siqs {

namespace {

struct Header {
    std::uint64_t x[3];
    std::uint32_t large[2];
    std::uint16_t bodySize; ///< bytes of gaps between sorted indices, seven bits a byte
    std::uint16_t factorCount;
};

Header headerOf(const std::uint8_t *record)
{
    Header header;
    std::memcpy(&header, record, sizeof header);
    return header;
}

std::uint64_t fingerprintOf(const Header &header)
{
    std::uint64_t hash = 0;
    for (const std::uint64_t word : header.x) {
        hash = (hash ^ word) * 0x9e3779b97f4a7c15U;
        hash ^= hash >> 29;
    }
    return hash | 1; // 0 marks a free slot
}

} // namespace

void RelationBatch::append(Relation &relation)
{
    std::ranges::sort(relation.factors);
    Header header{{relation.x[0], relation.x[1], relation.x[2]},
                  {relation.large[0], relation.large[1]},
                  0,
                  std::uint16_t(relation.factors.size())};
    constexpr std::size_t mostBytesOfGap = 5;
    const std::size_t at = m_bytes.size();
    m_bytes.resize(at + sizeof header + mostBytesOfGap * relation.factors.size());
    std::uint8_t *to = m_bytes.data() + at + sizeof header;
    std::uint32_t before = 0;
    for (const std::uint32_t factor : relation.factors) {
        std::uint32_t gap = factor - before;
        for (before = factor; gap >= 128; gap >>= 7)
            *to++ = std::uint8_t(gap | 128);
        *to++ = std::uint8_t(gap);
    }
    m_bytes.resize(std::size_t(to - m_bytes.data()));
    header.bodySize = std::uint16_t(m_bytes.size() - at - sizeof header);
    std::memcpy(m_bytes.data() + at, &header, sizeof header);
}

CycleCounter::CycleCounter() : m_slots(1024), m_parent{0} { }

std::size_t CycleCounter::place(std::uint32_t prime) const
{
    const std::size_t mask = m_slots.size() - 1;
    std::size_t at = prime * std::size_t(0x9e3779b1U) >> 7 & mask;
    while (m_slots[at].prime != prime && m_slots[at].prime != 0)
        at = (at + 1) & mask;
    return at;
}

std::uint32_t CycleCounter::number(std::uint32_t prime) const
{
    return prime == 1 ? 0 : m_slots[place(prime)].vertex;
}

std::uint32_t CycleCounter::vertex(std::uint32_t prime)
{
    if (prime == 1)
        return 0;
    Slot &slot = m_slots[place(prime)];
    if (slot.prime == prime)
        return slot.vertex;
    const auto made = std::uint32_t(m_parent.size());
    slot = {prime, made};
    m_parent.push_back(made);
    if (m_parent.size() * 2 > m_slots.size())
        grow();
    return made;
}

void CycleCounter::grow()
{
    std::vector<Slot> old(m_slots.size() * 2);
    old.swap(m_slots);
    for (const Slot &slot : old) {
        if (slot.prime != 0)
            m_slots[place(slot.prime)] = slot;
    }
}

std::uint32_t CycleCounter::root(std::uint32_t vertex)
{
    while (m_parent[vertex] != vertex) {
        m_parent[vertex] = m_parent[m_parent[vertex]];
        vertex = m_parent[vertex];
    }
    return vertex;
}

bool CycleCounter::connect(std::uint32_t from, std::uint32_t to)
{
    const std::uint32_t a = vertex(from);
    const std::uint32_t b = vertex(to);
    const std::uint32_t rootA = root(a);
    const std::uint32_t rootB = root(b);
    if (rootA == rootB)
        return true;
    m_parent[std::max(rootA, rootB)] = std::min(rootA, rootB);
    return false;
}

bool RelationStore::isNew(std::uint64_t fingerprint)
{
    if ((m_records.size() + 1) * 2 > m_seen.size()) {
        std::vector<std::uint64_t> old(std::max<std::size_t>(1024, m_seen.size() * 2));
        old.swap(m_seen);
        for (const std::uint64_t value : old) {
            if (value != 0)
                isNew(value);
        }
    }
    const std::size_t mask = m_seen.size() - 1;
    for (std::size_t at = fingerprint >> 8 & mask;; at = (at + 1) & mask) {
        if (m_seen[at] == fingerprint)
            return false;
        if (m_seen[at] == 0) {
            m_seen[at] = fingerprint;
            return true;
        }
    }
}

const std::uint8_t *RelationStore::keep(const std::uint8_t *record, std::size_t size)
{
    if (m_used + size > chunkSize) {
        m_chunks.push_back(std::make_unique_for_overwrite<std::uint8_t[]>(chunkSize));
        m_used = 0;
    }
    std::uint8_t *to = m_chunks.back().get() + m_used;
    std::memcpy(to, record, size);
    m_used += size;
    return to;
}

void RelationStore::add(const RelationBatch &batch)
{
    const std::uint8_t *at = batch.bytes().data();
    const std::uint8_t *const end = at + batch.bytes().size();
    while (at != end) {
        const Header header = headerOf(at);
        const std::size_t size = sizeof header + header.bodySize;
        if (isNew(fingerprintOf(header))) {
            m_records.push_back(keep(at, size));
            if (header.large[1] == 1)
                ++m_full;
            else if (m_graph.connect(header.large[0], header.large[1]))
                ++m_cycles;
        }
        at += size;
    }
}

std::array<std::uint32_t, 2> RelationStore::largePrimes(std::size_t index) const
{
    const Header header = headerOf(m_records[index]);
    return {m_graph.number(header.large[0]), m_graph.number(header.large[1])};
}

void RelationStore::read(std::size_t index, Relation &relation) const
{
    const std::uint8_t *at = m_records[index];
    const Header header = headerOf(at);
    at += sizeof header;
    std::ranges::copy(header.x, relation.x.begin());
    relation.large = {header.large[0], header.large[1]};
    relation.factors.clear();
    std::uint32_t factor = 0;
    for (unsigned i = 0; i < header.factorCount; ++i) {
        std::uint32_t gap = *at & 127U;
        for (unsigned shift = 7; *at++ & 128U; shift += 7)
            gap |= (*at & 127U) << shift;
        factor += gap;
        relation.factors.push_back(factor);
    }
}

} // namespace openloop::factoring::siqs
