"""Tables of users, in the forms that spreadsheets, R and pandas write, and damaged ones."""

import csv
import io

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from protspace.data.annotations.encoding import decode_field, encode_legacy_cell
from protspace.data.parsers.uniprot_parser import ECO_TO_SHORT, EVIDENCE_PRIORITY

from steps.annotate.cells import plain
from steps.annotate.table.columns import columns
from steps.annotate.table.labels import encoded
from steps.annotate.table.numbers import numbers
from steps.errors import StepError
from steps.normalize.identifiers import finder

IDS = [f"p{number}" for number in range(12)]
ROWS = [[each, "kinase" if number % 2 else "toxin", str(number)] for number, each in enumerate(IDS)]
TABLE = "id,family,act\n" + "".join(",".join(row) + "\n" for row in ROWS)


@pytest.fixture
def read(tmp_path):
    def read(text, ending="csv", ids=IDS):
        path = tmp_path / f"own.{ending}"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        found = columns([path], ids, finder(ids))
        return {name: column.to_pylist() for name, column in found.items()}

    return read


@pytest.fixture
def refusal(read):
    def refusal(text, ending="csv"):
        with pytest.raises(StepError) as caught:
            read(text, ending)
        assert caught.value.code == "INVALID_ANNOTATIONS"
        return caught.value.message

    return refusal


GOOD = {"family": [row[1] for row in ROWS], "act": [float(row[2]) for row in ROWS]}


def lines(separator, *, header="id,family,act", end="", quote=""):
    rows = [header.split(","), *ROWS]
    return "".join(
        separator.join(quote + cell + quote for cell in row) + end + "\n" for row in rows
    )


FORMS = {
    "comma": TABLE,
    "windows": TABLE.replace("\n", "\r\n"),
    "old mac": TABLE.replace("\n", "\r"),
    "byte-order mark": "\ufeff" + TABLE,
    "unicode text of Excel": ("\ufeff" + lines("\t")).encode("utf-16-le"),
    "semicolon": lines(";"),
    "tab": lines("\t"),
    "all quoted": lines(",", quote='"'),
    "quoted in a tsv": lines("\t", quote='"'),
    "trailing commas": TABLE.replace("\n", ",,\n"),
    "trailing commas below the header": TABLE.replace("\n", ",\n").replace("act,", "act"),
    "sep line": "sep=;\n" + lines(";"),
    "quoted sep line": '"sep=,"\n' + TABLE,
    "comments": "# made by a tool\n#\n" + TABLE + "# end\n",
    "header in a comment": "# made by a tool\n" + lines("\t", header="#id,family,act"),
    "blank lines": "\n" + TABLE.replace("\n", "\n\n"),
    "end of file in DOS": TABLE + "\x1a",
    "write.table of R": '"family" "act"\n' + "".join(f'"{a}" "{b}" {c}\n' for a, b, c in ROWS),
    "write.table of R with tabs": "family\tact\n" + lines("\t").partition("\n")[2],
    "write.table of R, of more proteins": '"family" "act"\n"q" "x" 1\n'
    + "".join(f'"{a}" "{b}" {c}\n' for a, b, c in ROWS),
    "write.csv of R": '"","family","act"\n' + "".join(f'"{a}","{b}",{c}\n' for a, b, c in ROWS),
    "write.table of R with numbers of rows": '"id" "family" "act"\n'
    + "".join(f'"{n}" "{a}" "{b}" {c}\n' for n, (a, b, c) in enumerate(ROWS, 1)),
    "pandas with its index": "".join(
        f"{number - 1 if number else ''},{line}\n" for number, line in enumerate(TABLE.splitlines())
    ),
    "index that pandas read and wrote": "Unnamed: 0,id,family,act\n"
    + "".join(f"{n},{a},{b},{c}\n" for n, (a, b, c) in enumerate(ROWS)),
    "empty columns of a spreadsheet": "".join(
        f",{a},,{b},{c},\n" for a, b, c in (("id", "family", "act"), *ROWS)
    ),
    "headers": TABLE.replace("\np", "\n>p").replace(",", " some text,", 1),
    "headers of UniProt": "".join(
        f"sp|{line.replace(',', '|X_HUMAN,', 1)}\n" if line[0] == "p" else f"{line}\n"
        for line in TABLE.splitlines()
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_table_of_a_known_form_has_the_values_of_each_protein(read, form):
    ending = "txt" if "R" in form.split() else "csv"
    assert read(FORMS[form], ending) == GOOD


cells = st.text(
    st.characters(
        codec="utf-8", exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029"
    ),
    max_size=12,
)
rows = st.lists(st.tuples(cells, cells, st.floats(-1e9, 1e9)), min_size=12, max_size=12)


def by_csv(table, **options):
    text = io.StringIO()
    csv.writer(text, **options).writerows(table)
    return text.getvalue()


def by_r(table, separator):
    quoted = ['"' + cell.replace('"', '""') + '"' for row in table for cell in row]
    width = len(table[0])
    body = [quoted[at : at + width] for at in range(0, len(quoted), width)]
    return "".join(separator.join(row) + "\n" for row in [body[0][1:], *body[1:]])


WRITERS = {
    "excel": by_csv,
    "excel with semicolons": lambda table: by_csv(table, delimiter=";"),
    "tabs, quoted as needed": lambda table: by_csv(table, delimiter="\t"),
    "all quoted": lambda table: by_csv(table, quoting=csv.QUOTE_ALL),
    "trailing commas": lambda table: by_csv([[*row, ""] for row in table]),
    "pandas": lambda table: pd.DataFrame(table[1:], columns=table[0]).to_csv(index=False),
    "R with commas": lambda table: by_r(table, ","),
    "R with blanks": lambda table: by_r(table, " "),
}


noise = st.sampled_from(
    [",", ";", "\t", '"', "\n", "\r", "#", " ", ">", "p1", "sep=;\n", "\ufeff", "é", "1,5"]
)


@given(st.sampled_from(sorted(FORMS)), st.lists(st.tuples(st.integers(0, 300), noise), max_size=9))
def test_damaged_table_gives_columns_or_a_known_error(tmp_path_factory, form, changes):
    text = FORMS[form] if isinstance(FORMS[form], str) else FORMS[form].decode("utf-16")
    for at, piece in changes:
        text = text[:at] + piece + text[at:]
    path = tmp_path_factory.getbasetemp() / "damaged.csv"
    path.write_bytes(text.encode())
    found, code = {}, None
    try:
        found = columns([path], IDS, finder(IDS))
    except StepError as error:
        code = error.code
    assert code in (None, "INVALID_ANNOTATIONS")
    assert all(len(column) == len(IDS) for column in found.values())


@pytest.mark.parametrize("separator", [",", "\t"])
def test_cell_of_200_000_characters_is_read_or_refused(read, separator):
    long = "x" * 200_000
    text = lines(separator).replace("kinase", long, 1)
    if separator == "\t":
        assert read(text)["family"][1] == long
    else:
        with pytest.raises(StepError, match="too long"):
            read(text)


@pytest.mark.parametrize("writer", WRITERS)
@given(rows=rows)
def test_random_table_is_read_as_it_was_written(tmp_path_factory, writer, rows):
    # Texts that are no number, so that each column is read as text.
    texts = [
        [each, f"x{a}", f"{b}x", f"{c!r} kDa"] for each, (a, b, c) in zip(IDS, rows, strict=True)
    ]
    table = [["id", "first", "second", "third"], *texts]
    path = tmp_path_factory.getbasetemp() / ("own.txt" if writer.startswith("R") else "own.csv")
    path.write_bytes(WRITERS[writer](table).encode())
    found = columns([path], IDS, finder(IDS))
    expected = [[hits(cell) for cell in row[1:]] for row in texts]
    texts = ([hits(decode_field(cell)) for cell in it.to_pylist()] for it in found.values())
    assert [list(row) for row in zip(*texts, strict=True)] == expected


def hits(cell):
    return [hit.strip() for hit in cell.split(";") if hit.strip()]


@given(st.lists(st.floats(-1e12, 1e12), min_size=1, max_size=9))
def test_random_numbers_are_read_as_written(values):
    plain = [repr(value) for value in values]
    assert numbers(plain, ",").to_pylist() == values
    rounded = [round(value, 2) for value in values]
    german = [f"{value:,.2f}".translate(str.maketrans(",.", ".,")) for value in rounded]
    assert numbers(german, ";").to_pylist() == rounded
    assert numbers([f"{value:,.2f}" for value in rounded], ",").to_pylist() == rounded


@pytest.mark.parametrize(
    ("cells", "separator", "expected"),
    [
        (["1", "NA", "3.5"], ",", [1, None, 3.5]),
        (["N/A", "-", "1e3", ""], ",", [None, None, 1000, None]),
        (["1,5", "0", "4,25"], ";", [1.5, 0, 4.25]),
        (["1,500", "2,000"], ";", [1.5, 2]),
        (["1,500", "2,000,000"], ",", [1500, 2_000_000]),
        (["0,125", "0,250"], "\t", [0.125, 0.25]),
        (["1 500", "2\u00a0000,5"], ";", [1500, 2000.5]),
        (["1 234,5", "2\u202f000", "345,1"], ";", [1234.5, 2000, 345.1]),
        (["1.234,5", "2.000", "345"], ";", [1234.5, 2000, 345]),
        (["1'234.5", "2\u2019000", "3.25"], ",", [1234.5, 2000, 3.25]),
        (["1.234.567", "2.000.000"], ";", [1_234_567, 2_000_000]),
        (["1.234.567", "2.000.000"], ",", None),
        (["\u22121.5", "2"], ",", [-1.5, 2]),
        (["12%", "0.5 %", "-"], ",", [12, 0.5, None]),
        (["12%", "0.5"], ",", None),
        (["1", "#DIV/0!", "<NA>", "n.a."], ",", [1, None, None, None]),
        (["1,5", "2.5"], ";", None),
        (["1,50", "1,500.2"], ",", None),
        (["kinase", "NA"], ",", None),
        (["NA", "-"], ",", None),
        (["1_000"], ",", None),
        (["nan", "inf"], ",", None),
        (["1e999"], ",", None),
        (["1.1.1.1"], ",", None),
    ],
)
def test_number_styles_are_read_or_left_as_text(cells, separator, expected):
    found = numbers(cells, separator)
    assert (None if found is None else found.to_pylist()) == expected


def test_other_columns_tell_what_a_comma_means(read, caplog):
    text = "id\tmass\tindex\np0\t1,234\t1,5\np1\t2,250\t0,25\n"
    assert read(text, "tsv")["mass"][:2] == [1.234, 2.25]
    assert "'1,234' is read as 1.234, as other columns have decimal commas" in caplog.text
    assert read(text.replace("1,5", "1.5").replace("0,25", "0.25"))["mass"][:2] == [1234, 2250]


def test_other_columns_tell_what_a_point_means(read, caplog):
    text = "id;mass;index\np0;1.234;1,5\np1;2.250;0,25\n"
    assert read(text)["mass"][:2] == [1234, 2250]
    assert not caplog.text


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (["1.234", "2.000"], "'1.234' is read as 1.234, as no other column tells more"),
        (["1,234", "2,000"], "'1,234' is read as 1.234, as no other column tells more"),
        (["001", "2"], "lose zeros at their begin, and digits behind the 15th ('001')"),
        (["9007199254740993", "2"], "('9007199254740993')"),
        (["1", "2", "3", "4", "<5"], "as 1 of 5 different values are no numbers ('<5')"),
        (["1", "2", "3", "4", "1e400"], "as 1 of 5 different values are no numbers ('1e400')"),
    ],
)
def test_numbers_that_may_be_meant_otherwise_are_named(read, caplog, cells, words):
    read("id;a\n" + "".join(f"p{at};{cell}\n" for at, cell in enumerate(cells)))
    assert words in caplog.text and "column 'a'" in caplog.text


def test_commas_beside_decimal_points_are_named(read, caplog):
    found = read("id\tsites\tscore\np0\t12,45\t0.5\np1\t3,77\t1.5\n", "tsv")
    assert found["sites"][:2] == [12.45, 3.77]
    assert "column 'sites': commas are taken for decimal signs ('12,45', '3,77')" in caplog.text


@pytest.mark.parametrize("cells", [["1", "x", "y"], ["a1", "b2"], ["0.125", "0"], ["1.5", "2"]])
def test_plain_columns_raise_no_doubt(read, caplog, cells):
    read("id;a\n" + "".join(f"p{at};{cell}\n" for at, cell in enumerate(cells)))
    assert not caplog.text


@pytest.mark.parametrize(
    ("cells", "labels"),
    [
        (["DNA|RNA", "DNA"], ["DNA|RNA", "DNA"]),
        (["10|20", "10|20|30"], ["10|20", "10|20|30"]),
        (["x|", "|y"], ["x|", "|y"]),
        (["1.1.1.1; 2.7.11.1;", "; ;3.4"], ["1.1.1.1; 2.7.11.1", "3.4"]),
        (["A (x|1)|0.5", "b|3;c"], ["A (x|1)", "b; c"]),
        (["a|EXP", "b|ECO:0000269"], ["a", "b"]),
    ],
)
def test_what_is_behind_a_bar_is_a_score_or_text(read, cells, labels):
    found = read("id\ta\n" + "".join(f"p{at}\t{cell}\n" for at, cell in enumerate(cells)))
    assert [plain(cell) for cell in found["a"][: len(cells)]] == labels


def test_name_of_several_lines_becomes_one(read):
    assert read('id;"Mass\n(kDa)"\np0;1,5\n')["Mass (kDa)"][0] == 1.5


def test_commas_in_names_do_not_hide_the_separator(read):
    found = read("id\tmass, kDa, mean\np0\t12,5,a\np1\t13,5,b\n")
    assert list(found) == ["mass, kDa, mean"]
    assert read("id;mass, kDa\np0;12,5\np1;13,5\n")["mass, kDa"][:2] == [12.5, 13.5]


def test_row_numbers_are_no_identifiers_even_where_those_are_numbers(read):
    found = read(",id,family\n0,1,x\n1,2,y\n", ids=["1", "2"])
    assert found == {"family": ["x", "y"]}


def test_column_of_identifiers_that_is_not_the_first_is_named(refusal):
    assert "Column 2 has those: make it the first one." in refusal("n,id\nA,p0\nB,p1\n")


@pytest.mark.parametrize(
    ("text", "ending", "words"),
    [
        (TABLE.replace("p3,", "p3,x,"), "csv", ["line 5", "4 fields", "has 3"]),
        (TABLE.replace("p3,kinase,3", "p3,kinase"), "csv", ["line 5", "2 fields"]),
        (TABLE.replace("\n", ",note\n").replace("act,note", "act"), "csv", ["line 2", "4 fields"]),
        (TABLE.replace("p3,kinase", "p3,\"5'-kinase"), "csv", ["line 5", "quote"]),
        (TABLE.replace("kinase", "\"5'-kinase"), "csv", ["line 3", "quote"]),
        (TABLE.replace(",3\n", ',"3\n').replace(",6\n", ',6"\n'), "csv", ["line 5", "not closed"]),
        (TABLE.partition("\n")[2], "csv", ["line 1", "no header", "'p0'"]),
        (TABLE.replace("p", "q"), "csv", ["no row matches", "'q0'", "p0"]),
        ("My table 2021,,\n" + TABLE, "csv", ["line 1", "title"]),
        ("My table 2021\n" + TABLE, "csv", ["line 1", "title"]),
        ("My table\n" + TABLE.replace(",act", "").replace(",1", ""), "csv", ["line 1", "title"]),
        ("Results, 2021,\n" + TABLE, "csv", ["line 2", "3 fields"]),
        ("Results, 2021\n" + TABLE, "csv", ["line 2", "3 fields"]),
        ("id,,act\np0,x,1\n", "csv", ["line 1", "column 2 has no name"]),
        ("id\np0\n", "csv", ["one column"]),
        ("id,act\n", "csv", ["no row below"]),
        ("", "csv", ["empty"]),
        ("# only a comment\n", "csv", ["empty"]),
        (TABLE.replace("toxin", "toxïne").encode("latin-1"), "csv", ["line 2", "CSV UTF-8"]),
        (TABLE.replace("toxin", "t\0xin"), "csv", ["NUL"]),
        (b"PK\x03\x04....xl/workbook.xml", "csv", ["Excel workbook", "CSV"]),
        ("##gff-version 3\np0\tx\n", "tsv", ["is GFF", "Save the table as CSV"]),
        ('[{"id": "p0"}]', "txt", ["is JSON. Save the table as CSV"]),
        (lines("\t").replace("p3\tkinase", 'p3\tx\t"kinase'), "tsv", ["line 5", "4 fields"]),
    ],
)
def test_table_that_cannot_be_read_without_guessing_is_refused(refusal, text, ending, words):
    message = refusal(text, ending)
    assert message.startswith(f"Annotation table own.{ending}")
    assert all(word in message for word in words), message


def test_lone_quote_in_a_tsv_is_text(read):
    found = read(
        lines("\t").replace("p3\tkinase", "p3\t\"5'-kinase").replace("toxin", '5" pipe'), "tsv"
    )
    assert found["family"][3] == encode_legacy_cell("\"5'-kinase")
    assert found["act"] == GOOD["act"]


def test_cells_of_a_tsv_may_hold_tabs_and_line_ends_in_quotes(read):
    found = read(lines("\t").replace("toxin", '"to\txin\n\nof ""x"""'), "tsv")
    assert found["family"][0] == encode_legacy_cell('to\txin\n\nof "x"')
    assert found["act"] == GOOD["act"]


def test_table_that_begins_like_an_mmcif_file_is_read(read):
    assert read("data_id\tfamily\np0\tkinase\n", "tsv")["family"][0] == "kinase"


def test_first_row_of_a_repeated_protein_counts_and_is_reported(read, caplog):
    assert read(TABLE + "p0,other,9\n")["act"][0] == 0
    assert "'p0 (line 14)'" in caplog.text


def test_column_with_more_identifiers_than_the_first_is_named(read, caplog):
    read("representative,member\np0,p0\np0,p1\np2,p2\n")
    assert "Column 2 has more identifiers" in caplog.text


def test_reserved_and_repeated_names_are_changed(read, caplog):
    found = read("id,x,x_annotation,f,f\np0,a,b,c,d\n")
    assert list(found) == ["x_annotation_2", "x_annotation", "f", "f_5"]
    assert "'x' is named 'x_annotation_2'" in caplog.text


def test_column_named_by_a_whole_number_gets_a_word(read, caplog):
    found = read("id,2023,column_7,7,007\np0,a,b,c,d\n")
    assert list(found) == ["column_2023", "column_7", "column_7_2", "007"]
    assert "'2023' is named 'column_2023'" in caplog.text


def test_column_of_two_tables_is_refused(tmp_path):
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text(TABLE)
    with pytest.raises(StepError, match=r"b\.csv: column 'family' is in a\.csv, too"):
        columns([tmp_path / "a.csv", tmp_path / "b.csv"], IDS, finder(IDS))


def test_numbers_are_float64(read, tmp_path):
    (tmp_path / "own.csv").write_text(TABLE)
    assert columns([tmp_path / "own.csv"], IDS, finder(IDS))["act"].type == pa.float64()


def test_evidence_of_protspace_is_no_text():
    cells = [f"a|{code}" for code in {*EVIDENCE_PRIORITY, *ECO_TO_SHORT.values(), *ECO_TO_SHORT}]
    assert encoded(cells) == {cell: cell for cell in cells}
