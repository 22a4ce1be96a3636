// SPDX-License-Identifier: GPL-3.0-or-later
// A value for a parameter that the service is likely to take.
#pragma once

#include "gui/probe/targets/openapi/document.h"

#include <QJsonValue>

namespace openloop::probe {

/// Finds values by what a document says of them, within bounds for each value and for the whole document.
class OpenApiValues
{
public:
    explicit OpenApiValues(OpenApiDocument document) : m_document(std::move(document)) { }

    /// Example, default, one of an enum, or what fits type and bounds; for lists and objects, of what they hold.
    /// Nothing: none can be known, since any text may be wrong.
    std::optional<QJsonValue> valueFor(const QJsonObject &parameter);

private:
    std::optional<QJsonValue> fitting(const QJsonObject &schema);
    std::optional<QJsonValue> ofType(const QString &type, const QJsonObject &schema);
    std::optional<QJsonValue> list(const QJsonObject &schema);
    std::optional<QJsonValue> object(const QJsonObject &schema);
    std::optional<QJsonObject> flat(const QJsonObject &schema);
    bool spend(qsizetype members);

    OpenApiDocument m_document;
    qsizetype m_leftOfValue = 0;
    qsizetype m_leftOfDocument = 500'000;
    int m_depth = 0;
};

} // namespace openloop::probe
