// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as the head of a scrape: what is taken is a plain request, and a plain one is taken whatever its path.
#include "gui/probe/headless/always_on/scrape_request.h"
#include "tests/fuzz/fuzz.h"

using namespace openloop;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const QByteArray bytes = fuzz::bytesOf(data, size);
    const auto request = probe::readScrapeRequest(bytes);
    require(request.status == 200 || (request.status >= 400 && request.status <= 505 && !request.keepAlive));
    if (request.status == 200) {
        require(request.method == "GET" || request.method == "HEAD");
        require(request.path.startsWith('/') && !request.path.contains('?') && !request.path.contains(' '));
        require(!bytes.contains('\0') && bytes.count('\n') == bytes.count("\r\n"));
        // What was understood means the same when it is said plainly.
        const auto again = probe::readScrapeRequest(
            request.method + ' ' + request.path
            + " HTTP/1.1\r\nHost: " + (request.host.contains(':') ? '[' + request.host + ']' : request.host)
            + (request.token.isEmpty() ? QByteArray() : "\r\nAuthorization: Bearer " + request.token));
        require(again.status == 200 && again.path == request.path && again.host == request.host);
        require(again.token == request.token && again.isHead() == request.isHead());
    }
    // No line smuggles a second host or a body past the first.
    if (request.status == 200) {
        require(probe::readScrapeRequest(bytes + "\r\nHost: a\r\nHost: b").status == 400);
        require(probe::readScrapeRequest(bytes + "\r\nTransfer-Encoding: chunked").status == 413);
    }
    require(probe::equalInConstantTime(bytes, bytes) == !bytes.isEmpty());
    require(!probe::equalInConstantTime(bytes, bytes + 'x') && !probe::equalInConstantTime(bytes + 'x', bytes));
    return 0;
}
