// SPDX-License-Identifier: GPL-3.0-or-later
// Compares a path with the patterns segment by segment, where its bytes are what they mean.
#include "server/http/remembering_router.h"

#include "server/http/message/characters.h"

namespace openloop::http {

namespace {

const QByteArray argument = "<arg>";

bool needsNoDecoding(QByteArrayView path)
{
    return allOf(path, [](char c) {
        return isAlpha(c) || isDigit(c) || c == '/' || c == '-' || c == '.' || c == '_' || c == '~';
    });
}

// The segments where the pattern has <arg>; nothing: the path is another one.
std::optional<QStringList> argumentsOf(QByteArrayView path, const QByteArrayList &pattern)
{
    QStringList arguments;
    for (const QByteArray &wanted : pattern) {
        const bool isLast = &wanted == &pattern.last();
        const qsizetype length = isLast ? path.size() : path.indexOf('/');
        if (length < 0)
            return {};
        const QByteArrayView segment = path.first(length);
        if (wanted != argument && segment != wanted)
            return {};
        if (wanted == argument) {
            if (segment.isEmpty() || segment.contains('/'))
                return {};
            arguments.append(QString::fromLatin1(segment));
        }
        path = path.sliced(isLast ? length : length + 1);
    }
    return arguments;
}

} // namespace

void RememberingRouter::add(const QString &pattern, int route)
{
    m_patterns.append({pattern.toUtf8().split('/'), route});
    m_remembered.clear();
    m_asked->add(pattern, route);
}

std::optional<Router::Target> RememberingRouter::resolve(QByteArrayView path)
{
    if (const auto remembered = m_remembered.constFind(asKey(path)); remembered != m_remembered.cend())
        return *remembered;
    const std::optional<Target> found = needsNoDecoding(path) ? find(path) : std::nullopt;
    if (found && !found->arguments.isEmpty())
        return found;
    const std::optional<Target> target = m_asked->resolve(path);
    if (found && target)
        m_remembered.insert(path.toByteArray(), *target);
    return target;
}

std::optional<Router::Target> RememberingRouter::find(QByteArrayView path) const
{
    for (const Pattern &pattern : m_patterns) {
        if (const auto arguments = argumentsOf(path, pattern.segments))
            return Target{pattern.route, *arguments};
    }
    return {};
}

} // namespace openloop::http
