"""1,000 sentences to embed: the demo legacy's in three languages, and as many made of what tokenizers trip over: accents
composed and not, scripts without spaces, emoji of several characters, digits, marks, long words, blanks of all kinds."""

import pathlib
import random
import re

COUNT = 1000
DEMO = pathlib.Path(__file__).resolve().parents[2] / "packaging/demo/stories"

WORDS = """grandmother's Großmutter café cafe\u0301 naïve Ångström A\u030Angström Łódź São Žižek İstanbul ISTANBUL ırmak Straße ΣΊΣΥΦΟΣ
Ἀθῆναι Москва Йошкар ёлка щука שלום שָׁלוֹם مرحبا مُحَمَّد हिन्दी ภาษาไทย 한국어 가족 東京 祖母は毎週金曜日にパンを焼いた。 我的祖母每天早上烤面包 北京2008
𠮷野家 ｆｕｌｌｗｉｄｔｈ ﬁancée x² ½ № ℃ 1911-12-02 3.14159 €1,234.56 50% C++ AT&T @home #family http://example.org/a_b?c=d e-mail
don't don’t “quoted” «guillemets» „unten“ em—dash ellipsis… ¿qué? ¡hola! 'tis rock'n'roll … ‽ · • † § ¶ © ™ 😀 👩‍🍳 👨‍👩‍👧‍👦 🇩🇪 ❤️ 🥖 🏳️‍🌈 ✈
zero\u200Bwidth soft\u00ADhyphen no\u00A0break thin\u2009space tab\tbetween line\nbreak \ufeffmark re\u0301sume\u0301 Donaudampfschifffahrtsgesellschaftskapitän
pneumonoultramicroscopicsilicovolcanoconiosis Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch [MASKED] __init__ ~/.config \\backslash
{braces} <b>bold</b> a+b=c 1/2 ٣٤٥ ४५ Ⅷ ⅔ ǅ ß ẞ ſ ŉ ﷺ ㎏ ㍿ ｶﾞ ガ が ゔ""".split(" ")


def of_the_demo():
    for path in sorted(DEMO.glob("*.md")):
        text = path.read_text(encoding="utf-8").split("---", 2)[2]
        for sentence in re.split(r"(?<=[.!?…])\s+", text):
            if len(sentence) > 10:
                yield " ".join(sentence.split())


def made_up():
    choose = random.Random(20260131)
    for _ in range(COUNT):
        yield " ".join(choose.choices(WORDS, k=choose.randint(1, 30)))
    for length in (1, 99, 100, 101, 5000):
        yield "w" * length
    yield "word " * 600


def sentences():
    made = [*made_up()]
    demo = [*of_the_demo()][: COUNT // 2]
    return demo + made[-(COUNT - len(demo)):]
