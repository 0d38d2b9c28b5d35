// Pages about a protein elsewhere, where its identifier holds a UniProt accession. Nothing is asked there
// before a link is followed.

/** As UniProt documents it, with an isoform. */
const ACCESSION = /^(?:[OPQ][0-9][A-Z0-9]{3}[0-9]|[A-NR-Z][0-9](?:[A-Z][A-Z0-9]{2}[0-9]){1,2})(?:-[0-9]+)?$/;

/** The accession in an identifier, without isoform; null where there is none. */
export function accessionIn(identifier) {
  const found = identifier.split(/[|_:\s/]/).find((part) => ACCESSION.test(part));
  return found ? found.replace(/-[0-9]+$/, "") : null;
}

/** [name, address] of pages about the protein. */
export function linksOf(identifier) {
  const accession = accessionIn(identifier);
  if (!accession) return [];
  return [
    ["UniProt", `https://www.uniprot.org/uniprotkb/${accession}/entry`],
    ["AlphaFold DB", `https://alphafold.ebi.ac.uk/entry/${accession}`],
    ["InterPro", `https://www.ebi.ac.uk/interpro/protein/UniProt/${accession}/`],
  ];
}
