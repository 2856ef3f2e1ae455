"""Small files of every format that the tests read, change and break."""

FLUXML = """<?xml version="1.0" encoding="UTF-8"?>
<fluxml xmlns="http://www.13cflux.net/fluxml">
<info><name>Branched toy</name><version>1.0</version></info>
<reactionnetwork>
<metabolitepools>
<pool atoms="3" id="A"/><pool atoms="3" id="B"/><pool atoms="2" id="C"/><pool atoms="3" id="D"/>
<pool atoms="1" id="E"/><pool atoms="3" id="F"/><pool id="ATP"/>
</metabolitepools>
<reaction id="up" bidirectional="false">
<reduct cfg="abc" id="A"/><reduct id="ATP"/><rproduct cfg="abc" id="B"/></reaction>
<reaction id="b_d">
<reduct cfg="C#1@1 C#2@1 C#3@1" id="B"/><rproduct cfg="C#1@1 C#2@1 C#3@1" id="D"/></reaction>
<reaction id="b_ec" bidirectional="false">
<reduct cfg="abc" id="B"/><rproduct cfg="bc" id="C"/><rproduct cfg="a" id="E"/></reaction>
<reaction id="bc_de" bidirectional="false"><reduct cfg="abc" id="B"/><reduct cfg="de" id="C"/>
<rproduct cfg="bcd" id="D"/><rproduct cfg="a" id="E"/><rproduct cfg="e" id="E"/></reaction>
<reaction id="d_f___1" bidirectional="false">
<reduct cfg="abc" id="D"/><rproduct cfg="abc" id="F"/></reaction>
<reaction id="d_f___2" bidirectional="false">
<reduct cfg="abc" id="D"/><rproduct cfg="cba" id="F"/></reaction>
<reaction id="out_e"><reduct cfg="a" id="E"/></reaction>
<reaction id="out_f"><reduct cfg="abc" id="F"/></reaction>
</reactionnetwork>
<constraints>
<net><textual>d_f___1/0.5 = d_f___2/0.5; carbon: 0 = 3*b_ec - out_e</textual></net>
</constraints>
<configuration name="default">
<input pool="A"><label cfg="010">0.7</label><label cfg="000">0.3</label></input><input pool="ATP"/>
<constraints><net><textual>up=100; d_f___1 &lt;= 45; b_d + bc_de &lt;= 90</textual></net></constraints>
<measurement><model>
<labelingmeasurement>
<group id="m1" scale="one"><textual>F#M0,1,2,3</textual></group>
<group id="m2"><textual>B[2-3]#M0,1,2</textual></group>
</labelingmeasurement>
<fluxmeasurement><netflux id="f1"><textual>d_f___2</textual></netflux></fluxmeasurement>
</model><data>
<datum id="m1" stddev="0.003" weight="0">.0001</datum>
<datum id="m1" stddev="0.003" weight="1">0.8008</datum>
<datum id="m1" stddev="0.003" weight="2">0.1983</datum>
<datum id="m1" stddev="0.003" weight="3">0.0009</datum>
<datum id="m2" stddev="2" weight="0">100</datum>
<datum id="m2" stddev="2" weight="1">300</datum>
<datum id="m2" stddev="4" weight="2">0</datum>
<datum id="f1" stddev="1">40</datum>
</data></measurement>
</configuration>
</fluxml>
"""

NETWORK = """reaction,equation,lower_bound,upper_bound,carbon_equation,atoms,name,note
up,A + atp --> B,0,,A --> B,abc : abc,Uptake,
b_d,B <==> D,,,,abc : abc,,both directions
b_ec,B --> E + C,,,,abc : a + bc,,
bc_de,B + C --> E + D + E,,500,,abc + de : a + bcd + e,,
d_f,D --> F,,,,abc : abc,,
d_f,,,,,abc : cba,,
A_border,A <==>,-100,-100,,,,
atp_border,atp <==>,,,,,,
E_border,E -->,,,,,,
F_border,F -->,,,,,,
"""

NETWORK_HEAD = """{
 "format": "kinetools flux model",
 "version": 1,
 "id": "branched",
 "source": ["made for tests"],
 "max_flux": 150
}
"""

MEASUREMENTS = {
    "measurements.json": """{
 "format": "kinetools flux measurements",
 "version": 1,
 "id": "parallel",
 "max_flux": 150,
 "growth_rate_1_h": [0.5, 0.6]
}
""",
    "tracer.csv": """experiment;metabolite;fraction;labelling;also_called
first;A;1;#010;A_e A_ext
second;A;0,4;#100;
second;A;0,6;#000;
""".replace(",", "."),
    "mids.csv": """experiment,fragment,name,also_called,M0,M1,M2,M3
first,F,,F_c,0.0001,0.8008,0.1983,0.0009
first,"B[2,3]",B tail,,0.1,0.8,0.1,
second,F,,,0.5,0.3,0.15,0.05
""",
    "standard_deviations.csv": """experiment,fragment,M0,M1,M2,M3
first,F,0.01,0.01,0.01,0.02
first,B tail,0.01,0.01,0.01,
second,F,0.01,0.01,0.01,0.01
""",
    "bounds.csv": """naming,reaction,lower_bound,upper_bound
border,A_border,-100,-100
border,E_border,0,500
exchange,EX_A,-100,-90
""",
    "fluxes.csv": """reaction,flux,standard_deviation
d_f,80,2.5
""",
}

BAYFLUX = {
    "transitions.txt": """# the toy, as BayFlux writes it
a_b\tA --> B\tabc : abc
b_ec\tB --> E + C\tabc : a + bc
bc_de\tB + C --> E + D + E\tabc + de : a + bcd + e # E twice
d_f\tD --> F\tabc : abc
b_d\tB <==> D\tabc : abc
""",
    "distributions.tab": """metabolite\tatoms\t0\t1\t2\t3
F\t0,1,2\t0.0001\t0.8008\t0.1983 \t0.0009
F\t1,2,3\t0.0002\t0.8007\t0.1983\t0.0008
B\t2,3\t0.1\t0.8\t0.1\t
""",
    "bounds.csv": """,lower_bound,upper_bound
EX_A,-100.0,-100.0
EX_E,0.0,500.0
""",
    "tracer.py": """# labelled at the second carbon
substrateLabelingDict = {
    model.metabolites.get_by_id('A'): ((0.75, [0, 1, 0]), (.25, [0,0,0],),),
}
""".replace("(.25", "(0.25"),
    "config.yaml": """###### sampler settings
seed: 4242
averageError: 0.0076875
maxFlux: 150.00
fluxBoundsFile: "bounds.csv"
transitionsFile: "transitions.txt"
mdvFile: "distributions.tab"
substrateLabelingDict: "tracer.py"
""",
}


def write(folder, files: dict[str, str]):
    """Write files into a folder and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def write_network(folder, table=NETWORK, head=NETWORK_HEAD):
    """The small network in kinetools' own format."""
    return write(folder, {"network.json": head, "reactions.csv": table})
