// SPDX-License-Identifier: GPL-3.0-or-later
// Which row a sparse elimination takes next: the lightest, kept up to date while columns are added to each other.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

namespace openloop::factoring::siqs {

/// The rows of a matrix over GF(2): the weight of each, and for the light ones the columns that they are set in.
class LightRows
{
public:
    explicit LightRows(std::uint32_t rowCount) : m_weight(rowCount), m_columns(rowCount), m_queue(heaviestPivotRow + 1)
    {
    }

    /// First every entry of the matrix is counted, then every one listed, then the rows from `first` on are queued.
    void count(std::uint32_t row) { ++m_weight[row]; }
    void list(std::uint32_t row, std::uint32_t column)
    {
        if (m_weight[row] <= heaviestPivotRow)
            m_columns[row].push_back(column);
    }
    void queueFrom(std::uint32_t first)
    {
        for (std::uint32_t row = first; row < m_weight.size(); ++row)
            enqueue(row);
    }

    /// The lightest row, once; nothing when all that are left are too heavy to be pivots.
    std::optional<std::uint32_t> next()
    {
        for (std::uint32_t weight = m_lightest; weight <= heaviestPivotRow;) {
            if (m_queue[weight].empty()) {
                ++weight;
                continue;
            }
            const std::uint32_t row = m_queue[weight].back();
            m_queue[weight].pop_back();
            // An entry is stale when the row has changed since; it stands in another queue then.
            if (m_weight[row] != weight || m_columns[row].size() != weight)
                continue;
            m_lightest = weight;
            return row;
        }
        return std::nullopt;
    }

    std::uint32_t rows() const { return static_cast<std::uint32_t>(m_weight.size()); }
    std::uint32_t weight(std::uint32_t row) const { return m_weight[row]; }
    const std::vector<std::uint32_t> &columns(std::uint32_t row) const { return m_columns[row]; } ///< of a light row

    void leave(std::uint32_t row, std::uint32_t column)
    {
        --m_weight[row];
        auto &list = m_columns[row];
        const auto at = std::ranges::find(list, column);
        if (at != list.end()) {
            *at = list.back();
            list.pop_back();
        }
        enqueue(row);
    }

    void enter(std::uint32_t row, std::uint32_t column)
    {
        auto &list = m_columns[row];
        // A list that is not complete any more never becomes so again: the row has become dense.
        if (++m_weight[row] <= 2 * heaviestPivotRow && list.size() + 1 == m_weight[row])
            list.push_back(column);
        else
            std::vector<std::uint32_t>().swap(list);
        enqueue(row);
    }

private:
    static constexpr std::uint32_t heaviestPivotRow = 24; // measured: more costs more fill than the dense part gains

    void enqueue(std::uint32_t row)
    {
        const std::uint32_t weight = m_weight[row];
        if (weight == 0 || weight > heaviestPivotRow || m_columns[row].size() != weight)
            return;
        m_queue[weight].push_back(row);
        m_lightest = std::min(m_lightest, weight);
    }

    std::vector<std::uint32_t> m_weight;
    std::vector<std::vector<std::uint32_t>> m_columns; ///< by row
    std::vector<std::vector<std::uint32_t>> m_queue; ///< rows by weight
    std::uint32_t m_lightest = 1; ///< no queue below holds a row
};

} // namespace openloop::factoring::siqs
