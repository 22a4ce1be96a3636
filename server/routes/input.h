// SPDX-License-Identifier: GPL-3.0-or-later
// Reads what a client gave, strictly: each reader names the field and its bound when it refuses.
#pragma once

#include "server/http/message/request.h"

#include <gmpxx.h>

#include <QString>

#include <optional>

namespace openloop {

/// Text of a query field, decoded; nothing if it is not there. Throws Failure 422 if it is there twice.
std::optional<QString> queryField(const http::Request &request, const QString &field);

/// A member of the JSON object in the body: the text of a string, or the digits of a whole number up to 2^53, beyond
/// which JSON numbers lose bits. Throws Failure 422 for any other value, if the body is no JSON object, and
/// if that has two members of a name.
std::optional<QString> bodyField(const http::Request &request, const QString &field);

/// A decimal integer of arbitrary size, 1 or more, of at most maxDigits digits. Throws Failure 422.
mpz_class parseInteger(const QString &field, const std::optional<QString> &text, int maxDigits);

/// A decimal integer within the bounds, if the field is there. Throws Failure 422.
std::optional<qint64> parseNumber(const QString &field, const std::optional<QString> &text, qint64 least, qint64 most);

/// How many elements a page may have, of the field "limit": 1 to 1,000, `otherwise` if it is not there. Throws Failure
/// 422.
int parseLimit(const http::Request &request, int otherwise);

/// "true" or "false", if the field is there. Throws Failure 422.
std::optional<bool> parseBoolean(const QString &field, const std::optional<QString> &text);

/// How much a client wants that media type (RFC 9110 section 12.5.1): 0, not at all, to 1. Without Accept it is 0 of
/// each; a weight that can't be read is 0.
double acceptance(const http::Request &request, const QByteArray &type);

/// What a client prefers under that name (RFC 7240): the value, empty where there is none; nothing: it does not. What
/// can't be read is ignored, as preferences are.
std::optional<QByteArray> preference(const http::Request &request, const QByteArray &name);

} // namespace openloop
