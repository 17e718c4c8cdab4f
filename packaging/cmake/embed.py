"""Turns a text file into a C++ source: embed.py FILE SYMBOL OUT writes OUT.h and OUT.cc. YAML becomes compact JSON."""

import json
import pathlib
import sys

source, symbol, out = sys.argv[1:]
data = pathlib.Path(source).read_bytes()
if source.endswith(".yaml"):
    import yaml  # needed for this alone

    data = json.dumps(yaml.safe_load(data), ensure_ascii=False, separators=(",", ":")).encode()
target = pathlib.Path(out)
target.parent.mkdir(parents=True, exist_ok=True)
head = f"""#pragma once

#include <string_view>

namespace heirloom::embedded {{
std::string_view {symbol}();
}}
"""
rows = (data[i : i + 24] for i in range(0, len(data), 24))
body = "\n".join("    " + "".join(f"{byte}," for byte in row) for row in rows)
code = f"""#include "embedded/{symbol}.h"

namespace heirloom::embedded {{
namespace {{
constexpr unsigned char kData[] = {{
{body} 0}};
}}
std::string_view {symbol}() {{
  return {{reinterpret_cast<const char*>(kData), sizeof(kData) - 1}};
}}
}}
"""
target.with_suffix(".h").write_text(head)
target.with_suffix(".cc").write_text(code)
