package org.stoq.sdk.config;

import java.io.Serial;
import java.util.List;
import java.util.stream.Collectors;

/** A table that cannot be used, with everything that is wrong with it. */
public final class InvalidConfigException extends IllegalArgumentException {
    @Serial private static final long serialVersionUID = 1L;

    private final String table;
    private final transient List<ConfigProblem> problems;

    /**
     * Creates an exception.
     *
     * @param table name of the table
     * @param problems what is wrong, at least one
     */
    public InvalidConfigException(String table, List<ConfigProblem> problems) {
        super(
                problems.stream()
                        .map(problem -> table + "." + problem)
                        .collect(Collectors.joining("; ")));
        this.table = table;
        this.problems = List.copyOf(problems);
    }

    /** Returns the name of the table. */
    public String table() {
        return table;
    }

    /** Returns what is wrong. */
    public List<ConfigProblem> problems() {
        return problems;
    }
}
