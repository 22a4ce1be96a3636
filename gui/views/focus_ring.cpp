// SPDX-License-Identifier: GPL-3.0-or-later
// Lays a frame of three pixels over the window: two of the accent, one of the page between it and what it surrounds.
#include "gui/views/focus_ring.h"

#include <QApplication>
#include <QEvent>
#include <QPainter>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

constexpr int thickness = 3;

/// What can be seen of the widget, in its window.
QRect seenOf(const QWidget &widget)
{
    const auto *window = widget.window();
    QRect seen(widget.mapTo(window, QPoint()), widget.size());
    for (const auto *part = widget.parentWidget(); part && part != window; part = part->parentWidget())
        seen &= QRect(part->mapTo(window, QPoint()), part->size());
    return seen;
}

} // namespace

class FocusRing::Line : public QWidget
{
public:
    explicit Line(QWidget *window) : QWidget(window)
    {
        setObjectName(u"focusRing"_s);
        setAttribute(Qt::WA_TransparentForMouseEvents);
        setFocusPolicy(Qt::NoFocus);
    }

    void surround(const QRect &seen)
    {
        setGeometry(seen.adjusted(-thickness, -thickness, thickness, thickness) & parentWidget()->rect());
        // Nothing but the frame: what is within stays its own, and is painted without this.
        setMask(QRegion(rect()) - QRegion(rect().adjusted(thickness, thickness, -thickness, -thickness)));
        raise();
        show();
    }

protected:
    void paintEvent(QPaintEvent *) override
    {
        QPainter painter(this);
        painter.fillRect(rect(), palette().color(QPalette::Window));
        painter.setPen(
            QPen(palette().color(QPalette::Highlight), thickness - 1, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
        painter.drawRect(rect().adjusted(1, 1, -1, -1));
    }
};

FocusRing::FocusRing(QObject *parent) : QObject(parent)
{
    qApp->installEventFilter(this);
    connect(qApp, &QApplication::focusChanged, this, &FocusRing::follow);
}

bool FocusRing::eventFilter(QObject *watched, QEvent *event)
{
    switch (event->type()) {
    case QEvent::KeyPress: setKeysAreUsed(true); break;
    case QEvent::MouseButtonPress:
    case QEvent::TouchBegin: setKeysAreUsed(false); break;
    case QEvent::Move:
    case QEvent::Resize:
    case QEvent::Show:
    case QEvent::Hide:
        // Of the focus itself, or of what it is in. Once for all that is laid out anew at a time.
        if (const auto *widget = qobject_cast<QWidget *>(watched); m_keysAreUsed && !m_isLate && widget
            && widget != m_line && QApplication::focusWidget()
            && (widget == QApplication::focusWidget() || widget->isAncestorOf(QApplication::focusWidget()))) {
            m_isLate = true;
            QMetaObject::invokeMethod(this, &FocusRing::follow, Qt::QueuedConnection);
        }
        break;
    default: break;
    }
    return false;
}

void FocusRing::setKeysAreUsed(bool used)
{
    if (std::exchange(m_keysAreUsed, used) != used)
        follow();
}

void FocusRing::follow()
{
    m_isLate = false;
    auto *focus = QApplication::focusWidget();
    const bool shows = m_keysAreUsed && focus && focus->isVisible() && !focus->isWindow()
        && focus->window()->windowType() != Qt::Popup;
    if (!shows) {
        if (m_line)
            m_line->hide();
        return;
    }
    if (m_line && m_line->parentWidget() != focus->window())
        delete m_line;
    if (!m_line)
        m_line = new Line(focus->window());
    if (const QRect seen = seenOf(*focus); seen.isEmpty())
        m_line->hide();
    else
        m_line->surround(seen);
}

} // namespace openloop::gui
