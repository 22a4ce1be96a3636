// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as server.ini: known names and clean values or a complaint of one line, and values are read as written.
#include "server/settings/option_file.h"
#include "server/settings/usage_error.h"
#include "tests/fuzz/fuzz.h"

#include <algorithm>

using namespace openloop;
using namespace Qt::Literals::StringLiterals;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const QStringList names{u"port"_s, u"upstream"_s, u"cpu-threads"_s};
    try {
        const auto values = optionsIn(fuzz::bytesOf(data, size), u"server.ini"_s, names);
        QByteArray again;
        for (auto value = values.begin(); value != values.end(); ++value) {
            require(names.contains(value.key()) && value->trimmed() == *value && !value->contains(u'\n'));
            again += (value.key() + u" = "_s + *value + u"    # server.ini\n"_s).toUtf8(); // as --print-config does
        }
        require(optionsIn(again, u"again"_s, names) == values);
    } catch (const UsageError &error) {
        const auto text = QString::fromUtf8(error.what());
        require(text.startsWith(u"server.ini, line ") && !text.contains(u'\n'));
    }
    return 0;
}
