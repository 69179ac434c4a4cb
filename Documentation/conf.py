# SPDX-License-Identifier: GPL-2.0-or-later
# Sphinx: HTML of these pages and the man pages under man/.
import os
import re

project = "drm-snoop"
copyright = "the drm-snoop developers"
extensions = []
source_suffix = ".rst"
root_doc = "index"
exclude_patterns = ["_build"]
html_theme = "alabaster"
html_theme_options = {"description": "GPU memory of other processes as files"}
highlight_language = "none"
nitpicky = True


def man_page(path):
    """One entry of man_pages, taken from the page's own first lines."""
    name = os.path.splitext(os.path.basename(path))[0]
    with open(path, encoding="utf-8") as page:
        text = page.read()
    section = re.search(r"^:Manual section: (\d)", text, re.MULTILINE)
    subtitle = re.search(r"^[Nn][Aa][Mm][Ee]\n[=-]+\n+\S+ - (.*)", text, re.MULTILINE)
    return ("man/" + name, name, subtitle.group(1) if subtitle else name,
            "", int(section.group(1)) if section else 1)


here = os.path.dirname(os.path.abspath(__file__))
man_dir = os.path.join(here, "man")
man_pages = [man_page(os.path.join(man_dir, page))
             for page in sorted(os.listdir(man_dir)) if page.endswith(".rst")] \
    if os.path.isdir(man_dir) else []


def for_man(app, docname, source):
    """The man builder writes the section NAME itself, from man_pages."""
    if app.builder.name == "man" and docname.startswith("man/"):
        source[0] = re.sub(r"^:Manual section: \d\n+Name\n-+\n+.*\n", "", source[0],
                           flags=re.MULTILINE)


def setup(app):
    app.connect("source-read", for_man)
