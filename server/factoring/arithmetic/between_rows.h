// SPDX-License-Identifier: GPL-3.0-or-later
// Between which rows of a table a number lies: tables are measured at some sizes only.
#pragma once

#include <cstddef>

namespace openloop::factoring {

template <typename Row>
struct BetweenRows {
    const Row &low, &high;
    double share; ///< of the way from one to the other; outside of 0..1 for a number outside of the table
};

/// table: at least two rows, ascending by their `bits`.
template <typename Table>
auto betweenRows(const Table &table, double bits)
{
    std::size_t high = 1;
    while (high + 1 < table.size() && table[high].bits < bits)
        ++high;
    const auto &a = table[high - 1];
    const auto &b = table[high];
    return BetweenRows{a, b, (bits - a.bits) / (b.bits - a.bits)};
}

} // namespace openloop::factoring
