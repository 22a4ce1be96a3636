// SPDX-License-Identifier: GPL-3.0-or-later
// Which relations can be part of a square at all, and the matrix they make.
#pragma once

#include "server/factoring/siqs/matrix/matrix.h"
#include "server/factoring/siqs/relations.h"

namespace openloop::factoring::siqs {

struct Matrix {
    std::vector<std::uint32_t> relations; ///< the relation that each column stands for
    SparseColumns columns;
    std::uint32_t rowCount = 0; ///< factor-base indices first, then one row for each large prime
};

/// Drops relations with a large prime that no other has, again and again; columns are what occurs to odd
/// powers. Nothing when stopped.
std::optional<Matrix> filter(const RelationStore &store, std::uint32_t factorBaseSize, const Stop &stop);

} // namespace openloop::factoring::siqs
