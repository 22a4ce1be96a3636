// SPDX-License-Identifier: GPL-3.0-or-later
// The three languages: a list of words for bash, _arguments for zsh, a line per option for fish.
#include "server/factor_command/completions.h"

#include "server/factor_command/options.h"

namespace openloop::factor_command {

namespace {

std::string forBash()
{
    std::string words, values;
    for (const OptionLine &line : optionTable()) {
        words.append(" --").append(line.name).append(line.argument ? "=" : "");
        if (line.letter)
            words.append(" -").append(1, line.letter);
        if (line.choices)
            values.append("    --").append(line.name).append(") words='").append(line.choices).append("' ;;\n");
        else if (line.argument)
            values.append("    --").append(line.name).append(") return ;;\n");
    }
    return "# bash completion of openloop-factor, written by: openloop-factor --completion=bash\n"
           "_openloop_factor() {\n"
           "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} words=''\n"
           "  if [[ $word == '=' ]]; then word=''; fi\n"
           "  if [[ $before == '=' ]]; then before=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
           "  COMPREPLY=()\n"
           "  case $before in\n"
        + values + "    *) [[ $word == -* ]] && words='" + words.substr(1)
        + "' ;;\n"
          "  esac\n"
          "  COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
          "  if [[ ${COMPREPLY[0]} == *= ]]; then compopt -o nospace; fi\n"
          "}\n"
          "complete -F _openloop_factor openloop-factor\n";
}

// Colons and brackets mean something in a description.
std::string escapedForZsh(std::string_view text)
{
    std::string escaped;
    for (const char c : text) {
        if (c == ':' || c == '[' || c == ']' || c == '\\')
            escaped += '\\';
        escaped += c;
    }
    return escaped;
}

std::string forZsh()
{
    std::string lines;
    for (const OptionLine &line : optionTable()) {
        std::string rest = (line.argument ? "=[" : "[") + escapedForZsh(line.text) + "]";
        if (line.argument)
            rest.append(":").append(line.argument).append(":");
        if (line.choices)
            rest.append("(").append(line.choices).append(")");
        if (line.letter)
            lines.append("  '-").append(1, line.letter).append(rest).append("' \\\n");
        lines.append("  '--").append(line.name).append(rest).append("' \\\n");
    }
    return "#compdef openloop-factor\n"
           "# zsh completion, written by: openloop-factor --completion=zsh\n"
           "_arguments -s \\\n"
        + lines + "  '*:number: '\n";
}

std::string forFish()
{
    std::string lines = "# fish completion, written by: openloop-factor --completion=fish\n"
                        "complete -c openloop-factor -f\n";
    for (const OptionLine &line : optionTable()) {
        lines.append("complete -c openloop-factor -l ").append(line.name);
        if (line.letter)
            lines.append(" -s ").append(1, line.letter);
        if (line.argument)
            lines.append(" -x");
        if (line.choices)
            lines.append(" -a '").append(line.choices).append("'");
        lines.append(" -d '").append(line.text).append("'\n");
    }
    return lines;
}

} // namespace

std::optional<std::string> completionScript(std::string_view shell)
{
    if (shell == "bash")
        return forBash();
    if (shell == "zsh")
        return forZsh();
    if (shell == "fish")
        return forFish();
    return std::nullopt;
}

} // namespace openloop::factor_command
