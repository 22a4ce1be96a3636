// SPDX-License-Identifier: GPL-3.0-or-later
// See siqs_matrix.h.
#include "server/factoring/siqs_matrix.h"

#include "server/factoring/siqs_dense.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <span>

namespace openloop::factoring::siqs
{

namespace
{

constexpr std::uint32_t heaviestPivotRow = 24; // measured: more costs more fill than the dense part gains
constexpr std::size_t stopInterval = 4096; // columns between two questions
constexpr std::size_t surplus = 64; // columns beyond the rows: as many as kernel vectors fit a word

class Elimination
{
public:
    Elimination(SparseColumns columns, std::uint32_t denseRows, std::uint32_t rowCount)
        : m_denseRows(denseRows)
        , m_words((denseRows + 63) / 64)
        , m_columns(std::move(columns))
        , m_dense(m_columns.size() * m_words)
        , m_alive(m_columns.size(), true)
        , m_weight(rowCount)
        , m_rows(rowCount)
    {
    }

    /// False when stopped.
    bool run(const StopSignal &stop)
    {
        if (!makeRows(stop))
            return false;
        m_queue.resize(heaviestPivotRow + 1);
        for (std::uint32_t row = m_denseRows; row < m_weight.size(); ++row)
            enqueue(row);
        std::uint32_t weight = 1;
        for (std::size_t count = 0; weight <= heaviestPivotRow; ++count) {
            if (count % 64 == 0 && stop.requested())
                return false;
            if (m_queue[weight].empty()) {
                ++weight;
                continue;
            }
            const std::uint32_t row = m_queue[weight].back();
            m_queue[weight].pop_back();
            // An entry is stale when the row has changed since; it stands in another queue then.
            if (m_weight[row] != weight || m_rows[row].size() != weight)
                continue;
            eliminate(row);
            weight = std::max<std::uint32_t>(1, m_lightest);
            m_lightest = weight;
        }
        return true;
    }

    std::optional<std::vector<std::uint64_t>> finish(const Kernels &kernels, const StopSignal &stop,
                                                     const std::function<void(double)> &progress);

private:
    struct Step {
        std::uint32_t column;
        std::size_t first, count; ///< in m_others: the columns whose sum it is
    };

    bool makeRows(const StopSignal &stop)
    {
        for (std::size_t column = 0; column < m_columns.size(); ++column) {
            takeDense(column);
            for (const std::uint32_t row : m_columns[column])
                ++m_weight[row];
            if (column % stopInterval == 0 && stop.requested())
                return false;
        }
        for (std::uint32_t column = 0; column < m_columns.size(); ++column) {
            for (const std::uint32_t row : m_columns[column]) {
                if (m_weight[row] <= heaviestPivotRow)
                    m_rows[row].push_back(column);
            }
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

    void enqueue(std::uint32_t row)
    {
        const std::uint32_t weight = m_weight[row];
        if (weight == 0 || weight > heaviestPivotRow || m_rows[row].size() != weight)
            return;
        m_queue[weight].push_back(row);
        m_lightest = std::min(m_lightest, weight);
    }

    void leaveRow(std::uint32_t row, std::uint32_t column)
    {
        --m_weight[row];
        auto &list = m_rows[row];
        const auto at = std::ranges::find(list, column);
        if (at != list.end()) {
            *at = list.back();
            list.pop_back();
        }
        enqueue(row);
    }

    void enterRow(std::uint32_t row, std::uint32_t column)
    {
        auto &list = m_rows[row];
        // A list that is not complete any more never becomes so again: the row has become dense.
        if (++m_weight[row] <= 2 * heaviestPivotRow && list.size() + 1 == m_weight[row])
            list.push_back(column);
        else
            std::vector<std::uint32_t>().swap(list);
        enqueue(row);
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
                leaveRow(row, to);
            } else {
                m_scratch.push_back(row);
                enterRow(row, to);
            }
        }
        m_scratch.insert(m_scratch.end(), i, a.end());
        m_columns[to].assign(m_scratch.begin(), m_scratch.end());
        for (std::size_t word = 0; word < m_words; ++word)
            m_dense[to * m_words + word] ^= m_dense[from * m_words + word];
    }

    void eliminate(std::uint32_t row)
    {
        m_lightest = m_weight[row];
        const std::vector<std::uint32_t> members = m_rows[row];
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
            leaveRow(row, column);
        std::vector<std::uint32_t>().swap(m_columns[column]);
    }

    const std::uint32_t m_denseRows;
    const std::size_t m_words;
    SparseColumns m_columns;
    std::vector<std::uint64_t> m_dense; ///< m_words for each column
    std::vector<bool> m_alive;
    std::vector<std::uint32_t> m_weight; ///< by row, sparse ones only
    std::vector<std::vector<std::uint32_t>> m_rows; ///< columns of the light rows
    std::vector<std::vector<std::uint32_t>> m_queue; ///< rows by weight
    std::uint32_t m_lightest = 1; ///< no queue below holds a row
    std::vector<std::uint32_t> m_scratch;
    std::vector<std::uint32_t> m_others;
    std::vector<Step> m_steps;
};

std::optional<std::vector<std::uint64_t>> Elimination::finish(const Kernels &kernels, const StopSignal &stop,
                                                              const std::function<void(double)> &progress)
{
    constexpr auto none = std::numeric_limits<std::uint32_t>::max();
    std::vector<std::uint32_t> rowPlace(m_weight.size(), none);
    std::uint32_t rows = m_denseRows;
    for (std::uint32_t row = m_denseRows; row < m_weight.size(); ++row) {
        if (m_weight[row] > 0)
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
                                                   std::uint32_t rowCount, const Kernels &kernels,
                                                   const StopSignal &stop,
                                                   const std::function<void(double)> &progress)
{
    Elimination elimination(std::move(columns), std::min(denseRows, rowCount), rowCount);
    if (!elimination.run(stop))
        return std::nullopt;
    return elimination.finish(kernels, stop, progress);
}

} // namespace openloop::factoring::siqs
