/** A name as its bearer writes it, and as it stands in an address. */
export type Name = readonly [written: string, romanised: string];

/** People of one language: how they are called, where they live, and whether the family's name comes first. */
export interface Culture {
  first: readonly Name[];
  last: readonly Name[];
  cities: readonly string[];
  familyFirst?: boolean;
}

export const CULTURES: readonly Culture[] = [
  {
    first: [
      ["Emma", "emma"],
      ["Oliver", "oliver"],
      ["Grace", "grace"],
      ["Noah", "noah"],
      ["Ruby", "ruby"],
    ],
    last: [
      ["Smith", "smith"],
      ["O’Connor", "oconnor"],
      ["Taylor", "taylor"],
      ["Baker-Jones", "baker-jones"],
    ],
    cities: ["London", "Dublin", "Chicago"],
  },
  {
    first: [
      ["Jürgen", "juergen"],
      ["Anna", "anna"],
      ["Lena", "lena"],
      ["Matthias", "matthias"],
    ],
    last: [
      ["Müller", "mueller"],
      ["Weiß", "weiss"],
      ["Schröder", "schroeder"],
      ["Vogel", "vogel"],
    ],
    cities: ["Berlin", "Köln", "Zürich"],
  },
  {
    first: [
      ["José", "jose"],
      ["Zoë", "zoe"],
      ["Inês", "ines"],
      ["François", "francois"],
      ["Łucja", "lucja"],
    ],
    last: [
      ["García", "garcia"],
      ["Lefèvre", "lefevre"],
      ["Gonçalves", "goncalves"],
      ["Wójcik", "wojcik"],
    ],
    cities: ["Lisbon", "Paris", "Kraków"],
  },
  {
    first: [
      ["Ольга", "olga"],
      ["Дмитро", "dmytro"],
      ["Ирина", "irina"],
      ["Стефан", "stefan"],
    ],
    last: [
      ["Коваленко", "kovalenko"],
      ["Иванова", "ivanova"],
      ["Петров", "petrov"],
    ],
    cities: ["Київ", "София"],
  },
  {
    first: [
      ["Ελένη", "eleni"],
      ["Νίκος", "nikos"],
      ["Μαρία", "maria"],
    ],
    last: [
      ["Παπαδοπούλου", "papadopoulou"],
      ["Γεωργίου", "georgiou"],
    ],
    cities: ["Αθήνα"],
  },
  {
    first: [
      ["ליאור", "lior"],
      ["נועה", "noa"],
      ["אורי", "uri"],
    ],
    last: [
      ["כהן", "cohen"],
      ["לוי", "levi"],
    ],
    cities: ["תל אביב"],
  },
  {
    first: [
      ["أحمد", "ahmed"],
      ["ليلى", "layla"],
      ["يوسف", "youssef"],
    ],
    last: [
      ["حداد", "haddad"],
      ["منصور", "mansour"],
    ],
    cities: ["القاهرة", "بيروت"],
  },
  {
    first: [
      ["प्रिया", "priya"],
      ["अर्जुन", "arjun"],
      ["मीरा", "meera"],
    ],
    last: [
      ["शर्मा", "sharma"],
      ["पटेल", "patel"],
    ],
    cities: ["मुंबई", "दिल्ली"],
  },
  {
    first: [
      ["美咲", "misaki"],
      ["健太", "kenta"],
      ["さくら", "sakura"],
    ],
    last: [
      ["佐藤", "sato"],
      ["鈴木", "suzuki"],
    ],
    cities: ["東京", "京都"],
    familyFirst: true,
  },
  {
    first: [
      ["伟", "wei"],
      ["芳", "fang"],
      ["秀英", "xiuying"],
    ],
    last: [
      ["王", "wang"],
      ["李", "li"],
      ["张", "zhang"],
    ],
    cities: ["上海", "台北"],
    familyFirst: true,
  },
  {
    first: [
      ["민준", "minjun"],
      ["서연", "seoyeon"],
    ],
    last: [
      ["김", "kim"],
      ["박", "park"],
    ],
    cities: ["서울"],
    familyFirst: true,
  },
];
