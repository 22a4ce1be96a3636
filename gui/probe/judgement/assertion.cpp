// SPDX-License-Identifier: GPL-3.0-or-later
// Splits the target from its condition at the last dot before the quantity.
#include "gui/probe/judgement/assertion.h"

#include "gui/probe/samples/words.h"

#include <QRegularExpression>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe {

Parsed<Assertion> parseAssertion(const QString &text)
{
    // Greedy: the name may hold dots, a quantity but p99.9 holds none; a limit such as 0.5ms stands behind the
    // operator.
    static const QRegularExpression form(u"^\\s*(?|([^<>=]+)\\.(p99\\.9\\s*[<>=].*)|([^<>=]+)\\.([^.<>=]*[<>=].*))$"_s);
    const auto match = form.match(text);
    if (!match.hasMatch())
        return Parsed<Assertion>::failed(
            tr("“%1” is no assert; write TARGET.QUANTITY<LIMIT like health.p99<20ms").arg(text));
    const auto condition = parseCondition(match.captured(2));
    if (!condition)
        return Parsed<Assertion>::failed(u"“%1”: %2"_s.arg(text, condition.error));
    return Assertion{text.trimmed(), match.captured(1).trimmed(), *condition};
}

} // namespace openloop::probe
