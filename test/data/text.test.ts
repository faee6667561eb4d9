import { describe, expect, it } from "vitest";
import { chaptersOf, sentencesOf, unknownWord, Vocabulary, wordsOf } from "../../src/index.ts";

describe("sentencesOf", () => {
  it.each([
    [
      "titles",
      "Mr. Weston came. Mrs. Elton and Dr. Hughes left.",
      ["Mr. Weston came.", "Mrs. Elton and Dr. Hughes left."],
    ],
    ["a title in quotes", '"Mr. Knightley!" She ran.', ['"Mr. Knightley!"', "She ran."]],
    ["a title in curly quotes", "“Mr. Knightley is here.” She ran.", ["“Mr. Knightley is here.”", "She ran."]],
    [
      "a negation before a sentence",
      "She said she can't. He left. It's Emma's. So.",
      ["She said she can't.", "He left.", "It's Emma's.", "So."],
    ],
    ["a sir", "Thank you, sir. I will.", ["Thank you, sir.", "I will."]],
    ["a no, and a number", "He said no. Then he left. See No. 7.", ["He said no.", "Then he left.", "See No. 7."]],
    ["an esquire", "To John Knightley, Esq. Hartfield was his.", ["To John Knightley, Esq. Hartfield was his."]],
    ["an I", "It was I. Come in.", ["It was I.", "Come in."]],
    [
      "a title behind a dash",
      "He said—Mr. Weston came. So--Dr. Hughes too.",
      ["He said—Mr. Weston came.", "So--Dr. Hughes too."],
    ],
    ["initials", "It was J. K. Smith. He bowed.", ["It was J. K. Smith.", "He bowed."]],
    ["a small letter behind a mark", '"Ah! poor Miss Taylor!" he said.', ['"Ah! poor Miss Taylor!" he said.']],
    ["quotes", '"Is it you?" asked Tom. "Yes!" All left.', ['"Is it you?" asked Tom.', '"Yes!"', "All left."]],
    ["dots and figures", "Wait... what? It was 3.5 miles.", ["Wait... what?", "It was 3.5 miles."]],
    ["what has no letter and no digit", "* * *", []],
    ["nothing", "", []],
    ["white space", " \r\n\t ", []],
    ["broken lines", "One\r\n  line. And\nanother.", ["One line.", "And another."]],
    ["Japanese", "今日は天気がいい。明日は雨だ。", ["今日は天気がいい。", "明日は雨だ。"]],
    ["Arabic", "مرحبا بالعالم. كيف حالك؟", ["مرحبا بالعالم.", "كيف حالك؟"]],
    ["Russian", "Это первое. Это второе!", ["Это первое.", "Это второе!"]],
    ["half a surrogate pair", "One \ud83d two. Three.", ["One \ud83d two.", "Three."]],
  ])("knows %s", (_, paragraph, sentences) => {
    expect(sentencesOf(paragraph)).toEqual(sentences);
  });
});

describe("wordsOf", () => {
  it.each([
    ["Don't go, 7!", ["don't", "go", ",", "7", "!"]],
    ["It’s EMMA's well-known café.", ["it's", "emma's", "well", "-", "known", "café", "."]],
    ["'No,' he said", ["'", "no", ",", "'", "he", "said"]],
    ["cafe\u0301", ["caf\u00e9"]], // an accent by itself is part of its letter
    ["L'e\u0301te\u0301", ["l'\u00e9t\u00e9"]],
    ["x\u0323'x\u0323", ["x\u0323'x\u0323"]], // also where there is no such letter in one piece
    ["今日は 🙂 नमस्ते", ["今日は", "🙂", "नमस्ते"]],
    ["", []],
  ])("of %j", (sentence, words) => {
    expect(wordsOf(sentence)).toEqual(words);
  });
});

describe("chaptersOf", () => {
  it("begins a chapter at headings, which are no sentences themselves", () => {
    const text = [
      "[Emma by Jane Austen 1816]",
      "VOLUME I",
      "CHAPTER I",
      "Emma Woodhouse, handsome,\nclever, and rich. She was.",
      "She had lived.",
      "THE ORPHANS.",
      "They cried.",
      "Chapter 2. The Pool of Tears",
      "It ended. So.",
    ];
    const chapters = [
      ["Emma Woodhouse, handsome, clever, and rich.", "She was.", "She had lived."],
      ["They cried."],
      ["It ended.", "So."],
    ];
    expect(chaptersOf(text.join("\n\n"))).toEqual(chapters);
    expect(chaptersOf(text.join("\r\n\r\n").replace("handsome,\n", "handsome,\r\n"))).toEqual(chapters);
    expect(chaptersOf(`\n \n${text.join("\n \t\n\n")}\n`)).toEqual(chapters);
  });

  it.each([
    "ACT I. SCENE 2.",
    "Letter xii",
    "Section Two",
    "Part 1",
    "Actus Primus. Scoena Prima.",
    "XIV.",
    "«НАЧАЛО»",
  ])("takes %s for a heading", (heading) => {
    expect(chaptersOf(`It was.\n\n${heading}\n\nIt is.`)).toEqual([["It was."], ["It is."]]);
  });

  it.each([
    "Part I liked most was the end.",
    "Act civil",
    "Part of it was mine.",
    "Book clubs are fun.",
    "act as you will.",
    "Sections differ.",
    "1816.",
    "今日は。",
  ])("takes %s for a sentence", (sentence) => {
    expect(chaptersOf(`It was.\n\n${sentence}\n\nIt is.`)).toEqual([["It was.", sentence, "It is."]]);
  });

  it("passes over what stands in brackets, and goes on behind it", () => {
    expect(chaptersOf("It was.\n\n[Exit Macbeth.]\n\nIt is.")).toEqual([["It was.", "It is."]]);
    expect(chaptersOf("It was.\n\n[BOOK I. INSCRIPTIONS]\n\nIt is.")).toEqual([["It was."], ["It is."]]);
  });

  it("takes what is long for no heading, whatever it looks like", () => {
    const long = `CHAPTER I ${"IN WHICH MUCH IS SAID ".repeat(4)}`.trim();
    expect(chaptersOf(`${long}\n\nIt is.`)).toEqual([[long, "It is."]]);
  });

  it("makes one chapter of a text without headings, and none of an empty one", () => {
    expect(chaptersOf("One. Two.\n\nThree.")).toEqual([["One.", "Two.", "Three."]]);
    expect(chaptersOf("")).toEqual([]);
    expect(chaptersOf("CHAPTER I\n\n* * *\n\nCHAPTER II")).toEqual([]);
  });

  it("knows other scripts", () => {
    expect(chaptersOf("第一章\n\n今日は天気がいい。明日は雨だ。")).toEqual([
      ["第一章", "今日は天気がいい。", "明日は雨だ。"],
    ]);
    expect(chaptersOf("ГЛАВА ПЕРВАЯ\n\nЭто первое. Это второе!")).toEqual([["Это первое.", "Это второе!"]]);
  });
});

describe("Vocabulary", () => {
  it("holds the most frequent words, of equal ones those that come first in code order", () => {
    const sentences = ["b a C", "c D", "d"];
    expect(Vocabulary.of(sentences, 10).words).toEqual([unknownWord, "c", "d", "a", "b"]);
    expect(Vocabulary.of(sentences, 4).words).toEqual([unknownWord, "c", "d", "a"]);
    expect(Vocabulary.of(new Set(sentences.reverse()), 4).words).toEqual([unknownWord, "c", "d", "a"]);
    expect(Vocabulary.of([], 5).words).toEqual([unknownWord]);
  });

  it("numbers words, 0 for all it does not know, and no sentence is empty", () => {
    const vocabulary = new Vocabulary([unknownWord, "the", "cat", "."]);
    expect([...vocabulary.encode("The dog, the cat.")]).toEqual([1, 0, 0, 1, 2, 3]);
    expect([...vocabulary.encode("The dog, the cat.", 2)]).toEqual([1, 0]);
    expect([...vocabulary.encode("")]).toEqual([0]);
    expect([...vocabulary.encode("नमस्ते 🙂")]).toEqual([0, 0]);
  });

  it("is not misled by words that objects have names for", () => {
    const vocabulary = Vocabulary.of(["constructor constructor"], 3);
    expect(vocabulary.words).toEqual([unknownWord, "constructor"]);
    expect([...vocabulary.encode("constructor toString")]).toEqual([1, 0]);
  });

  it("is the same again from its words", () => {
    const made = Vocabulary.of(["Who are you? said the Caterpillar."], 6);
    const again = new Vocabulary(made.words);
    expect([...again.encode("Are you the cat?")]).toEqual([...made.encode("Are you the cat?")]);
  });

  it("refuses a word that comes twice, another first word, and sizes that are none", () => {
    expect(() => new Vocabulary([unknownWord, "a", "b", "a"])).toThrow('Vocabulary: the word "a" comes twice');
    expect(() => new Vocabulary(["a"])).toThrow("Vocabulary: word 0 must be <unk>, got a");
    expect(() => new Vocabulary([])).toThrow("Vocabulary: word 0 must be <unk>, got undefined");
    expect(() => Vocabulary.of([], 1)).toThrow("Vocabulary: size must be a whole number >= 2, got 1");
    expect(() => new Vocabulary([unknownWord]).encode("a", 0)).toThrow(
      "Vocabulary: maxLength must be at least 1, so that no sentence is empty, got 0",
    );
  });
});
