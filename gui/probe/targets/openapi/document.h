// SPDX-License-Identifier: GPL-3.0-or-later
// An OpenAPI document as one finds it: read from JSON or YAML, and its references followed.
#pragma once

#include "gui/probe/samples/parsed.h"

#include <QByteArray>
#include <QJsonObject>

#include <optional>

namespace openloop::probe {

/// OpenAPI 3 or Swagger 2.0. A value: copies are cheap.
class OpenApiDocument
{
public:
    /// At most 16 MiB. Errors say what is no OpenAPI, which version is not known, or which bound was passed.
    static Parsed<OpenApiDocument> parse(const QByteArray &text);

    const QJsonObject &root() const { return m_root; }
    bool isSwagger() const { return m_root.contains(QStringLiteral("swagger")); }

    /// The object itself, or what its `$ref` leads to within the document, with the members beside the reference on
    /// top. Nothing: it leads nowhere, in a circle, or out of the document.
    std::optional<QJsonObject> resolved(QJsonObject object) const;

private:
    explicit OpenApiDocument(QJsonObject root) : m_root(std::move(root)) { }

    QJsonObject m_root;
};

} // namespace openloop::probe
