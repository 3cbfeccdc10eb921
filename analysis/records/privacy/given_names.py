"""Given names and surnames met often in children's clinics around the world, in lower case.

In: nothing. Out: two sets of words, accents dropped.
Decisions: used only to judge whether a column could hold names, never to decode anybody. Names
that are also everyday words of a clinic (such as Joy, Grace, Hope, Will, Mark, May, Sage, Max,
Page) are left out on purpose.
"""

from analysis.records.text import word_set

GIVEN_NAMES = word_set(
    """
    aaliyah aaron abdul abdullah abigail adam adrian ahmed ahmad aisha aiden alan albert alejandro
    alex alexander alexandra alfie ali alice alina amal amara amelia amina amir amy ana anastasia
    andre andrea andreas andrei andrew angela anika anita anja anna anne annika anthony antonio
    antoine arjun arthur arya asha ashley astrid audrey ava ayesha aylin beatriz ben benjamin
    bianca bilal bjorn brandon brian bruno caleb camila camille carla carlos carmen caroline
    catherine cecilia charles charlie charlotte chen chiara chidi chiamaka chloe christian
    christina christopher claire clara claudia connor daisuke damian daniel daniela david deepak
    diego dmitri dominic dylan eduardo edward ekaterina elena eleanor eli elias elif elijah
    elizabeth ella ellen ellie eloise emil emilia emily emma emmanuel emre erik esther ethan eva
    evelyn ezra fatima fatma felix fernanda fernando filip finn fiona florian francesca francesco
    francisco frederik freya gabriel gabriela george georgia giorgio giovanni giulia gustavo hana
    hannah hans harper harriet harry haruto hassan hassan helena henry hiroshi hugo hussein ian
    ibrahim ida ines ingrid isaac isabel isabella isabelle isla ivan jack jackson jacob jakub james
    jan jana jane jasmine jason javier jayden jennifer jessica joao johan johanna john jonas
    jonathan jorge jose joseph joshua juan julia julian julie juma kamal karen karim karin
    katarzyna kate katherine katie kenji kevin khalid kim kofi krzysztof kwame lara lars laura
    lauren layla leah leila leo leon leonardo levi liam lily lina linda linnea lisa logan lorenzo
    louis louise luca lucas lucia lucy luis luka lukas lukasz luna lydia madison maja malik manuel
    marco marcus margaret maria mariam mariana marie mario marta martin mary mason mateo matteo
    matthew matthias maya megan mehmet mei mia michael michal miguel mikkel mila milan miriam
    mohamed mohammad mohammed muhammad mustafa nadia naomi natalia nathan niamh nicholas nicolas
    nikhil nina noah noor nora oliver olivia olga omar oscar owen pablo patrick paul paula pedro
    peter philip phoebe pierre piotr priya rachel rafael rahul ravi rebecca ricardo richard robert
    roberto rosa ruby ryan saanvi sakura salma sam samira samuel sandra santiago sara sarah sasha
    scarlett sean sebastian sergei sienna simon sofia sofie sophia sophie stefan stella stephanie
    stephen steven sven svetlana tatiana theo theodore thomas tomas tyler valentina victor victoria
    viktor vivian vladimir wei william wojciech xavier yara yasmin youssef yuki yuna yusuf zahra
    zainab zara zoe zofia
    """
)
SURNAMES = word_set(
    """
    smith johnson williams jones brown davis miller wilson moore taylor anderson thomas jackson
    harris thompson garcia martinez robinson rodriguez lewis hernandez lopez gonzalez perez sanchez
    ramirez torres flores rivera gomez diaz reyes cruz morales ortiz gutierrez chavez ramos ruiz
    mueller muller schmidt schneider fischer weber meyer wagner becker schulz hoffmann koch bauer
    richter klein schroeder neumann dubois durand leroy moreau lefebvre rousseau rossi russo
    ferrari esposito bianchi romano ricci silva santos oliveira souza pereira costa ferreira
    nguyen tran pham huynh wang zhang liu yang huang zhao kumar sharma singh patel gupta khan
    ahmed hussain ali okafor adeyemi mensah diallo traore kamau otieno tanaka suzuki takahashi
    watanabe yamamoto nakamura kobayashi park choi jung kang ivanov petrov smirnov kuznetsov popov
    novak novakova nowak kowalski wisniewski wojcik yilmaz kaya demir jansen visser bakker
    hansen johansen olsen larsen andersson johansson karlsson nilsson eriksson nielsen jensen
    virtanen korhonen murphy kelly walsh ryan byrne campbell stewart macdonald evans hughes
    """
)
