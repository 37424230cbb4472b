"""What the text of a code means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.company import Company, Material
from domain.labels import label_text, read_label


def material(code: str, *, barcode: str = "") -> Material:
    return Material(code=code, name=code, base_unit="包", barcode=barcode)


COMPANY = Company(
    materials={
        m.code: m
        for m in (
            material("CEM-42", barcode="6901234567892"),
            material("BRK", barcode="6901234567892"),
            material("A:1"),
            material("A"),
            material("ab"),
            material("AB"),
            material("6900000000001"),
            material("PVC", barcode="0012345678905"),
        )
    }
)


@pytest.mark.parametrize(
    ("text", "materials", "lot"),
    [
        ("LZG:CEM-42", ("CEM-42",), ""),
        ("lzg:cem-42", ("CEM-42",), ""),
        (" LZG:CEM-42\n", ("CEM-42",), ""),
        ("LZG:CEM-42:2401", ("CEM-42",), "2401"),
        ("LZG:A:1", ("A:1",), ""),  # the longest code
        ("LZG:A:2", ("A",), "2"),
        ("LZG:A:1:L:9", ("A:1",), "L:9"),
        ("CEM-42", ("CEM-42",), ""),
        ("6901234567892", ("CEM-42", "BRK"), ""),  # one barcode, two materials
        ("6900000000001", ("6900000000001",), ""),
        ("12345678905", ("PVC",), ""),  # UPC-A and EAN-13 differ by leading zeros
        ("Ab", (), ""),  # two codes differ by case only
        ("ab", ("ab",), ""),
        ("LZG:", (), ""),
        ("LZG:CEM-99", (), ""),
        ("CEM-42 20包", (), ""),
        ("撤销 LL20261123-001", (), ""),
        ("", (), ""),
        ("LZG:CEM-42:\u202e1", (), ""),  # a lot that cannot be seen as it is
        ("LZG:CEM-42:" + "9" * 65, (), ""),
    ],
)
def test_a_code_names_materials_and_lot(text: str, materials: tuple[str, ...], lot: str) -> None:
    label = read_label(text, COMPANY)
    assert (label.materials, label.lot, label.document) == (materials, lot, None)


@pytest.mark.parametrize("text", ["CG20261123-001", "cg20261123-001 ", "SG20261123-012", "LL20261123-123456"])
def test_the_number_of_a_document_is_a_document(text: str) -> None:
    label = read_label(text, COMPANY)
    assert label.document == text.strip().upper()
    assert label.materials == ()


@given(st.sampled_from(sorted(COMPANY.materials)), st.from_regex(r"[0-9A-Za-z\-]{0,20}", fullmatch=True))
def test_what_a_label_holds_is_read_back(code: str, lot: str) -> None:
    if code == "A" and lot == "1":
        return  # reads as the code A:1, which is why such codes are printed without lots
    label = read_label(label_text(code, lot=lot), COMPANY)
    assert (label.materials, label.lot) == ((code,), lot)


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    label = read_label(text, COMPANY)
    assert label.text == text
