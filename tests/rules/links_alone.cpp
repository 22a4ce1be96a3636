// SPDX-License-Identifier: GPL-3.0-or-later
// A program of one library and nothing else: it is built only if each symbol that the library needs comes with it.
int main()
{
    return 0;
}
