// SPDX-License-Identifier: GPL-3.0-or-later
// Gaussian elimination in panels of 64 columns, with tables of sums (the method of the four Russians).
#include "server/factoring/siqs/matrix/dense.h"

#include <algorithm>
#include <array>
#include <bit>

namespace openloop::factoring::siqs {

namespace {

constexpr std::size_t tableSize = 256;
constexpr std::size_t fewRows = 512; // to which pivots are added one by one: tables would cost more than they save
constexpr std::size_t stripWords = 32; // the eight tables of a strip take 512 KiB: they stay in the second-level cache

constexpr std::size_t rowUnit = 8; // words of a cache line: rows and strips have whole ones

/// Two rows; count: a multiple of rowUnit. Compilers make vectors of it only because both are said to be apart.
void addRow(std::uint64_t *__restrict to, const std::uint64_t *__restrict from, std::size_t count)
{
    for (; count > 0; count -= rowUnit, to += rowUnit, from += rowUnit) {
        for (std::size_t i = 0; i < rowUnit; ++i)
            to[i] ^= from[i];
    }
}

/// The bits of `word` at the places of the pivots, which ascend, packed.
std::uint64_t gather(std::uint64_t word, const std::vector<unsigned> &places)
{
    if (places.size() == 64)
        return word;
    std::uint64_t packed = 0;
    for (std::size_t i = 0; i < places.size(); ++i)
        packed |= (word >> places[i] & 1U) << i;
    return packed;
}

} // namespace

DenseMatrix::DenseMatrix(std::size_t rows, std::size_t columns)
    : m_rows(rows), m_columns(columns), m_stride((columns + 511) / 512 * 8), m_isPivot(rows)
{
}

bool DenseMatrix::clear(const Stop &stop)
{
    constexpr std::size_t piece = std::size_t(1) << 20;
    const std::size_t size = m_rows * m_stride;
    m_bits.clear();
    m_bits.reserve(size);
    while (m_bits.size() < size) {
        m_bits.resize(std::min(size, m_bits.size() + piece));
        if (stop.requested())
            return false;
    }
    return true;
}

// Makes up to 64 rows have one column each of this word for themselves, among one another.
void DenseMatrix::findPivots(std::size_t word, std::vector<Pivot> &panel)
{
    panel.clear();
    const std::size_t firstAligned = word / 8 * 8;
    const auto addTo = [&](std::size_t to, std::size_t from) {
        addRow(row(to) + firstAligned, row(from) + firstAligned, m_stride - firstAligned);
    };
    std::uint64_t taken = 0; // the columns of the pivots
    std::array<std::size_t, 64> rowOf; // by column
    std::array<std::uint64_t, 64> wordOf; // what that row has in this word
    for (std::size_t r = 0; r < m_rows && panel.size() < 64; ++r) {
        if (m_isPivot[r])
            continue;
        const std::uint64_t own = row(r)[word];
        std::uint64_t bits = own;
        for (std::uint64_t rest = own & taken; rest != 0; rest &= rest - 1)
            bits ^= wordOf[std::size_t(std::countr_zero(rest))];
        if (bits == 0)
            continue;
        for (std::uint64_t rest = own & taken; rest != 0; rest &= rest - 1)
            addTo(r, rowOf[std::size_t(std::countr_zero(rest))]);
        const auto place = unsigned(std::countr_zero(bits));
        for (std::uint64_t rest = taken; rest != 0; rest &= rest - 1) {
            const auto column = std::size_t(std::countr_zero(rest));
            if (wordOf[column] >> place & 1U) {
                addTo(rowOf[column], r);
                wordOf[column] ^= bits;
            }
        }
        m_isPivot[r] = true;
        taken |= std::uint64_t(1) << place;
        rowOf[place] = r;
        wordOf[place] = bits;
        panel.push_back({r, word * 64 + place});
    }
    std::ranges::sort(panel, {}, &Pivot::column);
}

bool DenseMatrix::clearBelow(std::size_t word, const std::vector<Pivot> &panel, const Kernels &kernels,
                             const Stop &stop)
{
    std::vector<unsigned> places;
    for (const Pivot &pivot : panel)
        places.push_back(unsigned(pivot.column % 64));
    std::vector<std::size_t> todo;
    std::vector<std::uint64_t> masks; // which pivots to add; taken before the word itself is cleared
    for (std::size_t r = 0; r < m_rows; ++r) {
        if (m_isPivot[r])
            continue;
        if (const std::uint64_t mask = gather(row(r)[word], places)) {
            todo.push_back(r);
            masks.push_back(mask);
        }
    }
    if (todo.size() < fewRows) {
        const std::size_t begin = word / 8 * 8;
        std::array<const std::uint64_t *, 64> rowOf;
        for (const Pivot &pivot : panel)
            rowOf[std::size_t(&pivot - panel.data())] = row(pivot.row) + begin;
        for (std::size_t i = 0; i < todo.size(); ++i) {
            for (std::uint64_t mask = masks[i]; mask != 0; mask &= mask - 1)
                addRow(row(todo[i]) + begin, rowOf[std::size_t(std::countr_zero(mask))], m_stride - begin);
        }
        return true;
    }
    m_tables.resize(8 * tableSize * stripWords);
    for (std::size_t begin = word / 8 * 8; begin < m_stride; begin += stripWords) {
        const std::size_t width = std::min(stripWords, m_stride - begin);
        // A table beyond the pivots is asked for its entry 0 only, which stays zero.
        for (std::size_t t = 0; t * 8 < panel.size(); ++t) {
            std::uint64_t *const table = m_tables.data() + t * tableSize * stripWords;
            for (std::size_t i = 1; i < tableSize; ++i) {
                const std::size_t pivot = t * 8 + std::size_t(std::countr_zero(i));
                if (pivot >= panel.size())
                    continue; // no mask has this bit
                std::copy_n(table + (i & (i - 1)) * stripWords, width, table + i * stripWords);
                addRow(table + i * stripWords, row(panel[pivot].row) + begin, width);
            }
        }
        for (std::size_t i = 0; i < todo.size(); ++i) {
            const std::uint64_t *tables[8];
            for (std::size_t t = 0; t < 8; ++t)
                tables[t] = m_tables.data() + (t * tableSize + (masks[i] >> 8 * t & 255U)) * stripWords;
            kernels.addEight(row(todo[i]) + begin, tables, width);
        }
        if (stop.requested())
            return false;
    }
    return true;
}

std::optional<std::vector<std::uint64_t>> DenseMatrix::substituteBack(const Stop &stop) const
{
    std::vector<std::uint64_t> solution(m_columns);
    std::vector<bool> bound(m_columns);
    for (const Pivot &pivot : m_pivots)
        bound[pivot.column] = true;
    unsigned free = 0;
    for (std::size_t column = 0; column < m_columns && free < 64; ++column) {
        if (!bound[column])
            solution[column] = std::uint64_t(1) << free++;
    }
    for (auto pivot = m_pivots.rbegin(); pivot != m_pivots.rend(); ++pivot) {
        const std::uint64_t *const bits = m_bits.data() + pivot->row * m_stride;
        if (pivot->column % 64 == 0 && stop.requested())
            return std::nullopt;
        std::uint64_t sum = 0;
        for (std::size_t word = pivot->column / 64; word * 64 < m_columns; ++word) {
            for (std::uint64_t rest = bits[word]; rest != 0; rest &= rest - 1)
                sum ^= solution[word * 64 + std::size_t(std::countr_zero(rest))];
        }
        solution[pivot->column] ^= sum; // its own value, still zero, was part of the sum
    }
    return solution;
}

std::optional<std::vector<std::uint64_t>> DenseMatrix::kernel(const Kernels &kernels, const Stop &stop,
                                                              const std::function<void(double)> &progress)
{
    std::vector<Pivot> panel;
    const std::size_t words = (m_columns + 63) / 64;
    for (std::size_t word = 0; word < words; ++word) {
        if (stop.requested())
            return std::nullopt;
        progress(double(word) / double(words));
        findPivots(word, panel);
        m_pivots.insert(m_pivots.end(), panel.begin(), panel.end());
        if (!panel.empty() && !clearBelow(word, panel, kernels, stop))
            return std::nullopt;
    }
    return substituteBack(stop);
}

} // namespace openloop::factoring::siqs
