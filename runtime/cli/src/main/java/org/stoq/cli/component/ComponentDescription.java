package org.stoq.cli.component;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * What a bundle's jar says of one component (OSGi Compendium 112); the build has written it.
 *
 * @param type name of the class
 * @param interfaces names of the services that it provides
 * @param refers whether it needs other services
 */
public record ComponentDescription(String type, List<String> interfaces, boolean refers) {
    private static final String COMPONENTS = "Service-Component";

    /** Copies the list. */
    public ComponentDescription {
        interfaces = List.copyOf(interfaces);
    }

    /** Returns the entries of a jar that its manifest names as descriptions. */
    public static List<String> entries(JarFile jar) throws IOException {
        Manifest manifest = jar.getManifest();
        String named = manifest == null ? null : manifest.getMainAttributes().getValue(COMPONENTS);
        return named == null
                ? List.of()
                : Arrays.stream(named.split(",", -1)).map(String::strip).toList();
    }

    /**
     * Reads a description.
     *
     * @return nothing if the jar has no such entry
     * @throws XMLStreamException if it is no such description, or has a document type
     */
    public static Optional<ComponentDescription> read(JarFile jar, String name)
            throws IOException, XMLStreamException {
        ZipEntry entry = jar.getEntry(name);
        if (entry == null) {
            return Optional.empty();
        }
        List<String> interfaces = new ArrayList<>();
        String type = "";
        boolean refers = false;
        XMLInputFactory factory = XMLInputFactory.newFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        try (InputStream bytes = jar.getInputStream(entry)) {
            XMLStreamReader xml = factory.createXMLStreamReader(bytes);
            while (xml.hasNext()) {
                int event = xml.next();
                if (event == XMLStreamConstants.DTD) {
                    throw new XMLStreamException("a document type");
                }
                if (event == XMLStreamConstants.START_ELEMENT) {
                    switch (xml.getLocalName()) {
                        case "provide" -> interfaces.add(attribute(xml, "interface"));
                        case "implementation" -> type = attribute(xml, "class");
                        case "reference" -> refers = true;
                        default -> {}
                    }
                }
            }
        }
        return Optional.of(new ComponentDescription(type, interfaces, refers));
    }

    private static String attribute(XMLStreamReader xml, String name) {
        return Objects.requireNonNullElse(xml.getAttributeValue(null, name), "");
    }
}
