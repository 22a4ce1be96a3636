// SPDX-License-Identifier: GPL-3.0-or-later
// Stands in for libFuzzer where there is none: gives a target each file of the folders, once.
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size);

int main(int count, char **arguments)
{
    namespace files = std::filesystem;
    std::vector<files::path> inputs;
    for (const files::path folder : std::vector<const char *>(arguments + 1, arguments + count)) {
        std::error_code none;
        for (const auto &entry : files::directory_iterator(folder, none))
            inputs.push_back(entry.path());
    }
    std::ranges::sort(inputs);
    if (inputs.empty()) {
        std::cerr << "usage: " << arguments[0] << " FOLDER...: there is no input in them\n";
        return 2;
    }
    for (const auto &input : inputs) {
        std::cout << input.string() << std::endl; // before it may abort
        std::ifstream file(input, std::ios::binary);
        const std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(file), {}};
        if (!file)
            return 1;
        LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
    }
}
