// SPDX-License-Identifier: GPL-3.0-or-later
// Which relations multiply to a square: sparse elimination until a small dense matrix is left, then
// DenseMatrix.
#pragma once

#include "server/factoring/job.h"
#include "server/factoring/siqs/kernels/kernels.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace openloop::factoring::siqs {

/// A matrix over GF(2) by its columns: the rows that are set, ascending. Row numbers are below 2^32.
using SparseColumns = std::vector<std::vector<std::uint32_t>>;

/// Up to 64 kernel vectors: bit t of word j says whether column j is in vector t. All words zero: the kernel
/// is trivial. Nothing when stopped. Rows below denseRows are expected to be crowded and are kept as bits.
/// Structured Gaussian elimination: LaMacchia, Odlyzko (Crypto 1990); Pomerance, Smith (Exp. Math. 1, 1992).
std::optional<std::vector<std::uint64_t>> kernelOf(SparseColumns columns, std::uint32_t denseRows,
                                                   std::uint32_t rowCount, const Kernels &kernels, const Stop &stop,
                                                   const std::function<void(double)> &progress);

} // namespace openloop::factoring::siqs
