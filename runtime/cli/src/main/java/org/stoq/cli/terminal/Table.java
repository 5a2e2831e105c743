package org.stoq.cli.terminal;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** Columns for a person. Belongs to one thread. */
public final class Table {
    private static final String GAP = "  ";

    private final List<String> heads;
    private final List<List<String>> rows = new ArrayList<>();

    /**
     * Creates a table.
     *
     * @param heads head of each column; one that begins with {@code >} has numbers, which stand at
     *     the right
     */
    public Table(String... heads) {
        this.heads = List.of(heads);
    }

    /** Adds a row. */
    public Table row(Object... cells) {
        if (cells.length != heads.size()) {
            throw new IllegalArgumentException(
                    "%d cells for %d columns".formatted(cells.length, heads.size()));
        }
        List<String> row = new ArrayList<>();
        for (Object cell : cells) {
            row.add(String.valueOf(cell));
        }
        rows.add(row);
        return this;
    }

    /** Returns whether there are no rows. */
    public boolean isEmpty() {
        return rows.isEmpty();
    }

    /** Prints head and rows; blanks at the end of a line are left out. */
    public void print(PrintStream out) {
        List<String> titles =
                heads.stream().map(head -> rightBound(head) ? head.substring(1) : head).toList();
        int[] widths = new int[heads.size()];
        for (int i = 0; i < widths.length; i++) {
            widths[i] = titles.get(i).length();
            for (List<String> row : rows) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        printRow(out, titles, widths);
        rows.forEach(row -> printRow(out, row, widths));
    }

    private void printRow(PrintStream out, List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String blanks = " ".repeat(widths[i] - cells.get(i).length());
            line.append(i == 0 ? "" : GAP);
            if (rightBound(heads.get(i))) {
                line.append(blanks).append(cells.get(i));
            } else {
                line.append(cells.get(i)).append(blanks);
            }
        }
        out.println(line.toString().stripTrailing());
    }

    private static boolean rightBound(String head) {
        return head.startsWith(">");
    }
}
