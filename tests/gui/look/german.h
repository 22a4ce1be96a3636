// SPDX-License-Identifier: GPL-3.0-or-later
// English words in a German window: what is not translated, or in part only.
#pragma once

#include "tests/gui/look/painted_words.h"

#include <QStringList>

namespace openloop::test {

/// One line for each run of words with one that sources of the translation have, and no translation of them.
QStringList englishIn(const QList<PaintedWords> &words);

} // namespace openloop::test
