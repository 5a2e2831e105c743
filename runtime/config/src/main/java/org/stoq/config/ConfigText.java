package org.stoq.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.stoq.sdk.config.ConfigKey;
import org.stoq.sdk.config.ConfigTable;
import org.stoq.sdk.config.Unit;
import org.stoq.sdk.config.ValueType;

/** Writes a configuration as an annotated {@code stoq.toml}. */
public final class ConfigText {
    private static final String HEAD =
            """
            # The configuration of a STOQ node: every key, with what it means and its default.
            # Times and sizes are numbers in the unit that is named, or texts with a suffix:
            # "100ms", "30s", "5m", "1h"; "64KiB", "512MB", "10GB".
            # A running node takes over what is marked live when this file is saved;
            # the rest needs a restart. `stoq config check` tells which.
            """;

    private static final String PLUGIN_HELP =
            """

            # Settings of a plug-in: see its own documentation.
            # [plugin.NAME]
            # key = "value"
            """;

    private ConfigText() {}

    /** Returns the text; {@link ConfigFile#parse} turns it into the same configuration. */
    public static String render(StoqConfig config) {
        StringBuilder text = new StringBuilder(HEAD);
        Map<String, Map<String, Object>> values = config.toMap();
        Map<String, Map<String, Object>> defaults = StoqConfig.defaults().toMap();
        for (ConfigTable<?> table : StoqConfig.TABLES) {
            text.append("\n# ")
                    .append(table.doc())
                    .append("\n[")
                    .append(table.name())
                    .append("]\n");
            Map<String, Object> present = values.getOrDefault(table.name(), Map.of());
            Map<String, Object> normal = defaults.getOrDefault(table.name(), Map.of());
            for (ConfigKey key : table.keys()) {
                Object value = present.get(key.name());
                Optional<String> shown =
                        Objects.equals(value, normal.get(key.name()))
                                ? key.defaultText()
                                : Optional.ofNullable(value).map(ConfigKey::toToml);
                append(text, key, shown);
            }
        }
        text.append(PLUGIN_HELP);
        config.plugin()
                .forEach((name, settings) -> {
                    text.append("\n[plugin.").append(ConfigKey.toToml(name)).append("]\n");
                    settings.forEach((key, value) ->
                            text.append(ConfigKey.toToml(key))
                                    .append(" = ")
                                    .append(ConfigKey.toToml(value))
                                    .append('\n'));
                });
        return text.toString();
    }

    private static void append(StringBuilder text, ConfigKey key, Optional<String> value) {
        text.append("\n# ").append(key.doc()).append('\n');
        text.append("# ").append(String.join("; ", facts(key))).append('\n');
        text.append(value.isPresent() ? "" : "# ").append(key.name()).append(" = ");
        text.append(value.or(key::exampleText).orElse("\"\"")).append('\n');
    }

    private static List<String> facts(ConfigKey key) {
        List<String> facts = new ArrayList<>();
        facts.add(key.defaultText().map(value -> "default " + value).orElse("unset by default"));
        // The form of a strategy's name goes without saying.
        boolean closed = key.type() != ValueType.TEXT || key.facts().oneOf().length > 0;
        Optional<String> unit =
                key.unit() == Unit.NONE ? Optional.empty() : Optional.of("in " + key.unit().word());
        (closed ? key.range().or(() -> unit) : unit).ifPresent(facts::add);
        if (key.shape() == ConfigKey.Shape.LIST) {
            key.exampleText().ifPresent(example -> facts.add("such as " + example));
        }
        facts.add(key.live() ? "live" : "needs a restart");
        return facts;
    }
}
