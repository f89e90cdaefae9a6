//! Names of people, companies, streets, cities and products.

#[rustfmt::skip]
pub(super) const FIRST_NAMES: [&str; 84] = [
    "Aaliyah", "Agnes", "Aino", "Aleksander", "Alma", "Amara", "Anders", "Anja", "Anton", "Astrid", "Baran",
    "Beatriz", "Birgit", "Bram", "Camille", "Carlos", "Cecilia", "Chloé", "Daan", "Daniela", "Dmitri",
    "Ebba", "Eirik", "Elena", "Elif", "Emil", "Esther", "Eva", "Fatima", "Femke", "Filip", "Freja",
    "Gabriel", "Greta", "Gustav", "Hanna", "Hanneke", "Henrik", "Hugo", "Ida", "Inés", "Ingrid", "Isak",
    "Jakub", "Jan", "Joana", "Johan", "Jonas", "Julia", "Kaja", "Karin", "Katarzyna", "Kwame", "Lars",
    "Laura", "Leila", "Lena", "Liam", "Linnea", "Lotte", "Lucas", "Maja", "Marco", "Margot", "Marta",
    "Mats", "Mehmet", "Milan", "Nadia", "Niamh", "Nils", "Nora", "Oskar", "Paula", "Pieter", "Priya",
    "Rasmus", "Ruben", "Sanne", "Sigrid", "Søren", "Tomasz", "Tuva", "Yusuf",
];

#[rustfmt::skip]
pub(super) const LAST_NAMES: [&str; 96] = [
    "Aalto", "Abdi", "Andersson", "Bakker", "Baumann", "Berg", "Bergström", "Bianchi", "Blom", "Brandt",
    "Brouwer", "Carvalho", "Claes", "Costa", "Dahl", "de Boer", "de Wit", "Demir", "Dijkstra", "Dubois",
    "Eklund", "Engel", "Eriksen", "Fischer", "Fontaine", "Forsberg", "Fransen", "García", "Girard", "Haas",
    "Hagen", "Hansen", "Hartmann", "Heikkinen", "Hoekstra", "Holm", "Horváth", "Iversen", "Jansen",
    "Jensen", "Johansson", "Kaya", "Keller", "Khan", "Koch", "Korhonen", "Kowalska", "Krüger", "Kuiper",
    "Larsen", "Laurent", "Lehmann", "Lind", "Lindqvist", "López", "Lund", "Martin", "Mbeki", "Meijer",
    "Mikkelsen", "Moreau", "Mulder", "Nieminen", "Nilsson", "Novák", "Nowak", "Nyström", "O'Brien", "Olsen",
    "Öberg", "Patel", "Pereira", "Petersen", "Pham", "Richter", "Rinaldi", "Rossi", "Sandberg", "Schmitz",
    "Silva", "Sjöberg", "Smit", "Sørensen", "Svensson", "Tamm", "Thomsen", "van Dam", "van den Berg",
    "Vermeulen", "Virtanen", "Visser", "Vogel", "Weber", "Wójcik", "Zhang", "Zimmermann",
];

/// A city: its name, country, prefix of its postal codes, and telephone prefix.
pub(super) type City = (&'static str, &'static str, &'static str, &'static str);

pub(super) const CITIES: [City; 26] = [
    ("Gothenburg", "SE", "41", "+46 31"),
    ("Stockholm", "SE", "11", "+46 8"),
    ("Malmö", "SE", "21", "+46 40"),
    ("Uppsala", "SE", "75", "+46 18"),
    ("Umeå", "SE", "90", "+46 90"),
    ("Oslo", "NO", "05", "+47 22"),
    ("Bergen", "NO", "50", "+47 55"),
    ("Trondheim", "NO", "70", "+47 73"),
    ("Copenhagen", "DK", "21", "+45 33"),
    ("Aarhus", "DK", "80", "+45 86"),
    ("Helsinki", "FI", "00", "+358 9"),
    ("Tampere", "FI", "33", "+358 3"),
    ("Tallinn", "EE", "10", "+372 6"),
    ("Hamburg", "DE", "20", "+49 40"),
    ("Berlin", "DE", "10", "+49 30"),
    ("Munich", "DE", "80", "+49 89"),
    ("Amsterdam", "NL", "10", "+31 20"),
    ("Rotterdam", "NL", "30", "+31 10"),
    ("Utrecht", "NL", "35", "+31 30"),
    ("Antwerp", "BE", "20", "+32 3"),
    ("Ghent", "BE", "90", "+32 9"),
    ("Lille", "FR", "59", "+33 3"),
    ("Lyon", "FR", "69", "+33 4"),
    ("Gdańsk", "PL", "80", "+48 58"),
    ("Kraków", "PL", "30", "+48 12"),
    ("Edinburgh", "GB", "EH", "+44 131"),
];

#[rustfmt::skip]
pub(super) const STREETS: [&str; 36] = [
    "Alder Lane", "Amber Street", "Anchor Quay", "Birch Avenue", "Bridge Street", "Canal Street",
    "Castle Road", "Chapel Hill", "Cedar Walk", "Dock Road", "East Gate", "Elm Street", "Ferry Lane",
    "Field Road", "Forest Path", "Garden Street", "Granary Yard", "Harbour Street", "Hazel Road",
    "Heather Way", "High Street", "Juniper Lane", "King's Road", "Lake View", "Linden Avenue",
    "Market Square", "Mill Lane", "North Gate", "Oak Street", "Orchard Road", "Park Avenue", "Pine Street",
    "Quarry Road", "River Walk", "Rowan Street", "Station Road",
];

#[rustfmt::skip]
pub(super) const COMPANY_STEMS: [&str; 48] = [
    "Aurora", "Baltic", "Birchwood", "Boreal", "Brightwater", "Cairn", "Coastline", "Copperleaf",
    "Crestline", "Deltamar", "Driftwood", "Eastwind", "Elmgate", "Evergreen", "Fennmark", "Fjordland",
    "Forge & Pine", "Glacier", "Granite", "Greenfell", "Halcyon", "Harbourline", "Hearthstone", "Highmoor",
    "Ironbark", "Kestrel", "Lakeside", "Lanternworks", "Lodestar", "Lumen", "Meridian", "Midsummer",
    "Moorland", "Nordhavn", "Oakline", "Osprey", "Polaris", "Ridgeway", "Saltmarsh", "Silverbirch",
    "Skylark", "Stonebridge", "Summit", "Tidewater", "Timberline", "Trailhead", "Westerly", "Windrose",
];

/// Second parts of suppliers' names.
pub(super) const SUPPLIER_TRADES: [&str; 8] =
    ["Textiles", "Lighting", "Outdoor Works", "Metalware", "Imports", "Ceramics", "Instruments", "Woodcraft"];

/// Second parts of business customers' names.
#[rustfmt::skip]
pub(super) const CUSTOMER_TRADES: [&str; 10] = [
    "Hotels", "Expeditions", "Scouts Association", "Interiors", "Adventure School", "Property Services",
    "Event Rentals", "Mountain Guides", "Architects", "Retail Group",
];

/// Returns the suffix for the legal form of companies in a country.
pub(super) fn legal_form(country: &str) -> &'static str {
    match country {
        "SE" => "AB",
        "NO" | "DK" => "A/S",
        "FI" => "Oy",
        "EE" => "OÜ",
        "DE" => "GmbH",
        "NL" | "BE" => "B.V.",
        "FR" => "SAS",
        "PL" => "Sp. z o.o.",
        _ => "Ltd",
    }
}

#[rustfmt::skip]
pub(super) const SERIES: [&str; 40] = [
    "Abisko", "Alta", "Bjørn", "Dovre", "Ekko", "Falk", "Fjell", "Frost", "Glimt", "Gran", "Havn", "Hjem",
    "Inari", "Isfjord", "Kaldur", "Kvist", "Lom", "Lysne", "Måne", "Nattljus", "Nord", "Norrsken", "Polar",
    "Rago", "Rondane", "Saga", "Sarek", "Skog", "Skärgård", "Sol", "Stuga", "Svalbard", "Tind", "Torne",
    "Tundra", "Ulv", "Vidda", "Vinter", "Vind", "Øst",
];

#[rustfmt::skip]
pub(super) const COLORS: [&str; 14] = [
    "black", "white", "graphite", "moss green", "pine green", "rust red", "lingon red", "fjord blue",
    "night blue", "sand", "ochre", "birch", "copper", "brass",
];
