// SPDX-License-Identifier: GPL-3.0-or-later
// Clears light rows by their lightest column; what stays is solved dense, and its kernel is carried back.
#include "server/factoring/siqs/matrix/matrix.h"

#include "server/factoring/siqs/matrix/dense.h"
#include "server/factoring/siqs/matrix/light_rows.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <span>

namespace openloop::factoring::siqs {

namespace {

constexpr std::size_t stopInterval = 4096; // columns between two questions
constexpr std::size_t surplus = 64; // columns beyond the rows: as many as kernel vectors fit a word

class Elimination
{
public:
    Elimination(SparseColumns columns, std::uint32_t denseRows, std::uint32_t rowCount)
        : m_denseRows(denseRows), m_words((denseRows + 63) / 64), m_columns(std::move(columns)),
          m_dense(m_columns.size() * m_words), m_alive(m_columns.size(), true), m_rows(rowCount)
    {
    }

    /// False when stopped.
    bool run(const Stop &stop)
    {
        if (!makeRows(stop))
            return false;
        m_rows.queueFrom(m_denseRows);
        for (std::size_t count = 0; const auto row = m_rows.next(); ++count) {
            if (count % 64 == 0 && stop.requested())
                return false;
            eliminate(*row);
        }
        return true;
    }

    std::optional<std::vector<std::uint64_t>> finish(const Kernels &kernels, const Stop &stop,
                                                     const std::function<void(double)> &progress);

private:
    struct Step {
        std::uint32_t column;
        std::size_t first, count; ///< in m_others: the columns whose sum it is
    };

    bool makeRows(const Stop &stop)
    {
        for (std::size_t column = 0; column < m_columns.size(); ++column) {
            takeDense(column);
            for (const std::uint32_t row : m_columns[column])
                m_rows.count(row);
            if (column % stopInterval == 0 && stop.requested())
                return false;
        }
        for (std::uint32_t column = 0; column < m_columns.size(); ++column) {
            for (const std::uint32_t row : m_columns[column])
                m_rows.list(row, column);
            if (column % stopInterval == 0 && stop.requested())
                return false;
        }
        return true;
    }

    void takeDense(std::size_t column)
    {
        auto &rows = m_columns[column];
        const auto firstSparse = std::ranges::lower_bound(rows, m_denseRows);
        for (auto row = rows.begin(); row != firstSparse; ++row)
            m_dense[column * m_words + *row / 64] ^= std::uint64_t(1) << *row % 64;
        rows.erase(rows.begin(), firstSparse);
    }

    void addColumn(std::uint32_t to, std::uint32_t from)
    {
        m_scratch.clear();
        const auto &a = m_columns[to];
        const auto &b = m_columns[from];
        auto i = a.begin();
        for (const std::uint32_t row : b) {
            while (i != a.end() && *i < row)
                m_scratch.push_back(*i++);
            if (i != a.end() && *i == row) {
                ++i;
                m_rows.leave(row, to);
            } else {
                m_scratch.push_back(row);
                m_rows.enter(row, to);
            }
        }
        m_scratch.insert(m_scratch.end(), i, a.end());
        m_columns[to].assign(m_scratch.begin(), m_scratch.end());
        for (std::size_t word = 0; word < m_words; ++word)
            m_dense[to * m_words + word] ^= m_dense[from * m_words + word];
    }

    void eliminate(std::uint32_t row)
    {
        const std::vector<std::uint32_t> members = m_rows.columns(row);
        const std::uint32_t pivot =
            *std::ranges::min_element(members, {}, [this](std::uint32_t c) { return m_columns[c].size(); });
        const std::size_t first = m_others.size();
        for (const std::uint32_t column : members) {
            if (column == pivot)
                continue;
            m_others.push_back(column);
            addColumn(column, pivot);
        }
        m_steps.push_back({pivot, first, members.size() - 1});
        drop(pivot);
    }

    void drop(std::uint32_t column)
    {
        m_alive[column] = false;
        for (const std::uint32_t row : m_columns[column])
            m_rows.leave(row, column);
        std::vector<std::uint32_t>().swap(m_columns[column]);
    }

    const std::uint32_t m_denseRows;
    const std::size_t m_words;
    SparseColumns m_columns;
    std::vector<std::uint64_t> m_dense; ///< m_words for each column
    std::vector<bool> m_alive;
    LightRows m_rows; ///< sparse ones only
    std::vector<std::uint32_t> m_scratch;
    std::vector<std::uint32_t> m_others;
    std::vector<Step> m_steps;
};

std::optional<std::vector<std::uint64_t>> Elimination::finish(const Kernels &kernels, const Stop &stop,
                                                              const std::function<void(double)> &progress)
{
    constexpr auto none = std::numeric_limits<std::uint32_t>::max();
    std::vector<std::uint32_t> rowPlace(m_rows.rows(), none);
    std::uint32_t rows = m_denseRows;
    for (std::uint32_t row = m_denseRows; row < m_rows.rows(); ++row) {
        if (m_rows.weight(row) > 0)
            rowPlace[row] = rows++;
    }
    std::vector<std::uint32_t> left;
    for (std::uint32_t column = 0; column < m_columns.size(); ++column) {
        if (m_alive[column])
            left.push_back(column);
    }
    // The heaviest of a surplus are not needed.
    std::ranges::sort(left, {}, [this](std::uint32_t c) { return m_columns[c].size(); });
    left.resize(std::min(left.size(), rows + surplus));

    DenseMatrix matrix(rows, left.size());
    if (!matrix.clear(stop))
        return std::nullopt;
    for (std::size_t place = 0; place < left.size(); ++place) {
        const std::uint32_t column = left[place];
        for (const std::uint32_t row : m_columns[column])
            matrix.flip(rowPlace[row], place);
        for (std::size_t word = 0; word < m_words; ++word) {
            for (std::uint64_t bits = m_dense[column * m_words + word]; bits != 0; bits &= bits - 1)
                matrix.flip(word * 64 + std::size_t(std::countr_zero(bits)), place);
        }
        if (place % 256 == 0 && stop.requested())
            return std::nullopt;
    }
    SparseColumns().swap(m_columns);

    const auto kernel = matrix.kernel(kernels, stop, progress);
    if (!kernel)
        return std::nullopt;
    std::vector<std::uint64_t> solution(m_alive.size());
    for (std::size_t place = 0; place < left.size(); ++place)
        solution[left[place]] = (*kernel)[place];
    for (auto step = m_steps.rbegin(); step != m_steps.rend(); ++step) {
        for (const std::uint32_t other : std::span(m_others).subspan(step->first, step->count))
            solution[step->column] ^= solution[other];
    }
    return solution;
}

} // namespace

std::optional<std::vector<std::uint64_t>> kernelOf(SparseColumns columns, std::uint32_t denseRows,
                                                   std::uint32_t rowCount, const Kernels &kernels, const Stop &stop,
                                                   const std::function<void(double)> &progress)
{
    Elimination elimination(std::move(columns), std::min(denseRows, rowCount), rowCount);
    if (!elimination.run(stop))
        return std::nullopt;
    return elimination.finish(kernels, stop, progress);
}

} // namespace openloop::factoring::siqs
