// SPDX-License-Identifier: GPL-3.0-or-later
// The last step of the linear algebra: a dense matrix over GF(2), eliminated 64 columns at a time.
#pragma once

#include "server/factoring/job.h"
#include "server/factoring/siqs/kernels/kernels.h"

#include <functional>
#include <optional>
#include <vector>

namespace openloop::factoring::siqs {

class DenseMatrix
{
public:
    /// rows x columns / 8 bytes, columns rounded up to 512. Without content until clear() has said true.
    DenseMatrix(std::size_t rows, std::size_t columns);

    /// Makes all bits zero; false when stopped: a large matrix takes its time.
    bool clear(const Stop &stop);

    std::size_t rows() const { return m_rows; }
    std::size_t columns() const { return m_columns; }
    void flip(std::size_t row, std::size_t column)
    {
        m_bits[row * m_stride + column / 64] ^= std::uint64_t(1) << column % 64;
    }
    bool at(std::size_t row, std::size_t column) const
    {
        return m_bits[row * m_stride + column / 64] >> column % 64 & 1U;
    }

    /// Up to 64 vectors of the kernel at once: bit t of word j says whether column j is in vector t; unused
    /// bits are clear. Nothing when stopped. Destroys the matrix. `progress` hears a fraction. Gauss with
    /// tables of eight rows: Arlazarov, Dinic, Kronrod, Faradzhev 1970 ("four Russians").
    std::optional<std::vector<std::uint64_t>> kernel(const Kernels &kernels, const Stop &stop,
                                                     const std::function<void(double)> &progress);

private:
    struct Pivot {
        std::size_t row, column;
    };

    std::uint64_t *row(std::size_t index) { return m_bits.data() + index * m_stride; }
    void findPivots(std::size_t word, std::vector<Pivot> &panel);
    bool clearBelow(std::size_t word, const std::vector<Pivot> &panel, const Kernels &kernels, const Stop &stop);
    std::optional<std::vector<std::uint64_t>> substituteBack(const Stop &stop) const;

    std::size_t m_rows, m_columns, m_stride; ///< stride in 64-bit words, a multiple of 8
    std::vector<std::uint64_t> m_bits;
    std::vector<std::uint64_t> m_tables;
    std::vector<Pivot> m_pivots; ///< in the order they were found
    std::vector<bool> m_isPivot; ///< by row
};

} // namespace openloop::factoring::siqs
